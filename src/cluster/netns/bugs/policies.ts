import type { NetworkPolicy } from '../network-policy.ts';
import type { Direction, PolicyPod } from '../policy-view.ts';
import { through } from '../engine.ts';
import type { Bug } from './bug.ts';

const additive = 'Network Policies: policies do not conflict, they are additive';
/** How many policies a table of a fixed size could have room for. */
const mostPolicies = 32;
/** What is left of a policy's name where it becomes the name of something whose length is limited. */
const nameBound = 28;

export const policyBugs: Bug[] = [
	{
		name: 'last-policy-replaces',
		does: 'of several policies that select a pod only the last counts',
		violates: { required: additive },
		concerns: 'several policies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override policiesOf(pod: PolicyPod, policies: NetworkPolicy[], direction: Direction) {
					return super.policiesOf(pod, policies, direction).slice(-1);
				}
			},
	},
	{
		name: 'first-policy-wins',
		does: 'of several policies that select a pod only the first counts',
		violates: { required: additive },
		concerns: 'several policies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override policiesOf(pod: PolicyPod, policies: NetworkPolicy[], direction: Direction) {
					return super.policiesOf(pod, policies, direction).slice(0, 1);
				}
			},
	},
	{
		name: 'all-policies-must-allow',
		does: 'a connection has to be allowed by every policy that selects a pod, not by any',
		violates: { required: additive },
		concerns: 'several policies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override lets(match: string) {
					return `${match} return`.trimStart();
				}
				override afterPolicy() {
					return ['drop'];
				}
				override afterPolicies(direction: Direction) {
					return [through(direction)];
				}
			},
	},
	{
		name: 'policies-truncated',
		does: `of all policies only the first ${mostPolicies} are programmed`,
		violates: { required: additive },
		concerns: 'several policies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override inForce(policies: NetworkPolicy[]) {
					return super.inForce(policies).slice(0, mostPolicies);
				}
			},
	},
	{
		name: 'long-names-collide',
		does: `policies of a namespace whose names begin with the same ${nameBound} characters replace each other`,
		violates: { required: additive },
		concerns: 'several policies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override inForce(policies: NetworkPolicy[]) {
					const named = super.inForce(policies).map((one) => [`${one.namespace}/${one.name.slice(0, nameBound)}`, one]);
					return Object.values(Object.fromEntries(named) as Record<string, NetworkPolicy>);
				}
			},
	},
	{
		name: 'same-names-collide',
		does: 'policies of the same name in different namespaces replace each other',
		violates: { required: additive },
		concerns: 'several policies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override inForce(policies: NetworkPolicy[]) {
					return [...new Map(super.inForce(policies).map((one) => [one.name, one])).values()];
				}
			},
	},
	{
		name: 'first-rule-only',
		does: 'heeds only the first rule of a policy in each direction',
		violates: { required: 'NetworkPolicySpec.ingress (traffic is allowed if it matches at least one rule)' },
		concerns: 'several rules',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override rules(policy: NetworkPolicy, direction: Direction) {
					return super.rules(policy, direction).slice(0, 1);
				}
			},
	},
	{
		name: 'empty-pod-selector-selects-nothing',
		does: 'a policy with an empty podSelector selects no pod',
		violates: { required: 'NetworkPolicySpec.podSelector (an empty podSelector matches all pods)' },
		concerns: 'policies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override selects(policy: NetworkPolicy, pod: PolicyPod) {
					const { matchLabels, matchExpressions } = policy.podSelector;
					const isEmpty = Object.keys(matchLabels ?? {}).length === 0 && !matchExpressions?.length;
					return !isEmpty && super.selects(policy, pod);
				}
			},
	},
	{
		name: 'policy-selects-other-namespaces',
		does: 'a policy selects pods of every namespace',
		violates: { required: 'NetworkPolicySpec.podSelector (in the policy’s namespace)' },
		concerns: 'policies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override selects(policy: NetworkPolicy, pod: PolicyPod) {
					return super.selects({ ...policy, namespace: pod.namespace }, pod);
				}
			},
	},
];
