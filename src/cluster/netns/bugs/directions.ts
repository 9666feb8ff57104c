import type { NetworkPolicy } from '../network-policy.ts';
import type { Direction } from '../policy-view.ts';
import type { Bug } from './bug.ts';

const types = 'NetworkPolicySpec.policyTypes';

export const directionBugs: Bug[] = [
	{
		name: 'ingress-unchecked',
		does: 'isolates nothing in ingress',
		violates: { required: 'NetworkPolicySpec.ingress' },
		concerns: 'isolated ingress',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override isolates(policy: NetworkPolicy, direction: Direction) {
					return direction === 'egress' && super.isolates(policy, direction);
				}
			},
	},
	{
		name: 'egress-unchecked',
		does: 'isolates nothing in egress',
		violates: { required: 'NetworkPolicySpec.egress' },
		concerns: 'isolated egress',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override isolates(policy: NetworkPolicy, direction: Direction) {
					return direction === 'ingress' && super.isolates(policy, direction);
				}
			},
	},
	{
		name: 'egress-decides-alone',
		does: 'what the egress policies of the source allow is not asked of the ingress policies of the target',
		violates: {
			required:
				'Network Policies: both the egress policy on the source and the ingress policy on the destination need to allow',
		},
		concerns: 'isolated in both directions',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override lets(match: string, direction: Direction) {
					return direction === 'egress' ? `${match} accept`.trimStart() : super.lets(match, direction);
				}
			},
	},
	{
		name: 'egress-type-not-inferred',
		does: 'without policyTypes a policy never isolates egress, even when it has egress rules',
		violates: { required: types },
		concerns: 'isolated egress',
		issues: ['aws/amazon-network-policy-controller-k8s#229', 'projectcalico/calico#1360'],
		inject: (Honest) =>
			class extends Honest {
				override isolates(policy: NetworkPolicy, direction: Direction) {
					return super.isolates(policy.policyTypes.length > 0 ? policy : { ...policy, egress: undefined }, direction);
				}
			},
	},
	{
		name: 'ingress-type-only-with-rules',
		does: 'without policyTypes a policy isolates ingress only when it has ingress rules',
		violates: { required: types },
		concerns: 'isolated ingress',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override isolates(policy: NetworkPolicy, direction: Direction) {
					const isBare = policy.policyTypes.length === 0 && !policy.ingress?.length;
					return super.isolates(policy, direction) && !(direction === 'ingress' && isBare);
				}
			},
	},
	{
		name: 'types-always-both',
		does: 'a policy without policyTypes isolates both directions, whatever rules it has',
		violates: { required: types },
		concerns: 'isolated ingress',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override isolates(policy: NetworkPolicy, direction: Direction) {
					return policy.policyTypes.length === 0 || super.isolates(policy, direction);
				}
			},
	},
	{
		name: 'egress-type-isolates-ingress',
		does: 'a policy of policyTypes [Egress] isolates ingress too',
		violates: { required: types },
		concerns: 'isolated egress',
		issues: ['k3s-io/k3s#2390'],
		inject: (Honest) =>
			class extends Honest {
				override isolates(policy: NetworkPolicy, direction: Direction) {
					return policy.policyTypes.includes('Egress') || super.isolates(policy, direction);
				}
			},
	},
	{
		name: 'types-ignored',
		does: 'rules decide what a policy isolates; policyTypes are not read',
		violates: { required: types },
		concerns: 'policies',
		issues: ['aws/amazon-network-policy-controller-k8s#229'],
		inject: (Honest) =>
			class extends Honest {
				override isolates(policy: NetworkPolicy, direction: Direction) {
					return super.isolates({ ...policy, policyTypes: [] }, direction);
				}
			},
	},
	{
		name: 'no-rules-no-isolation',
		does: 'a policy isolates only in directions in which it has rules; a list that is left out is no denial',
		violates: { required: 'NetworkPolicySpec.ingress, NetworkPolicySpec.egress (if this field is empty then ...)' },
		concerns: 'policies',
		issues: ['aws/aws-network-policy-agent#572'],
		inject: (Honest) =>
			class extends Honest {
				override isolates(policy: NetworkPolicy, direction: Direction) {
					return super.isolates(policy, direction) && policy[direction] !== undefined;
				}
			},
	},
];
