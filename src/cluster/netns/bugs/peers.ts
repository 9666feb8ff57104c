import { rangeOfAddress, rangeOfCidr } from '../address-range.ts';
import type { PolicyPeer, PolicyRule } from '../network-policy.ts';
import type { PolicyPod, PolicyView, RulePlace } from '../policy-view.ts';
import type { Bug } from './bug.ts';

const peer = 'NetworkPolicyPeer';
/** How many peers of a rule a table of a fixed size could have room for. */
const mostPeers = 256;

export const peerBugs: Bug[] = [
	{
		name: 'empty-peers-mean-nobody',
		does: 'an empty or missing list of peers allows nobody',
		violates: { required: 'NetworkPolicyIngressRule.from, NetworkPolicyEgressRule.to' },
		concerns: 'policies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override peers(rule: PolicyRule, place: RulePlace) {
					return super.peers(rule, place) ?? [];
				}
			},
	},
	{
		name: 'absent-peers-mean-everybody',
		does: 'peers that match nobody at the moment allow everybody',
		violates: { required: `${peer}: a list of sources that is given restricts` },
		concerns: 'peers',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override rangesOfPeers(peers: PolicyPeer[], place: RulePlace) {
					const found = super.rangesOfPeers(peers, place);
					return found.length > 0 ? found : ['0.0.0.0/0', '::/0'].map(rangeOfCidr);
				}
			},
	},
	{
		name: 'first-peer-only',
		does: 'heeds only the first peer of a rule',
		violates: { required: 'NetworkPolicyIngressRule.from (combined with a logical OR)' },
		concerns: 'peers',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override peers(rule: PolicyRule, place: RulePlace) {
					return super.peers(rule, place)?.slice(0, 1);
				}
			},
	},
	{
		name: 'pod-selector-any-namespace',
		does: 'a podSelector alone matches pods of every namespace',
		violates: { required: `${peer}.podSelector` },
		concerns: 'peers',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override peerSelects(one: PolicyPeer, pod: PolicyPod, place: RulePlace) {
					return super.peerSelects({ ...one, namespaceSelector: one.namespaceSelector ?? {} }, pod, place);
				}
			},
	},
	{
		name: 'empty-pod-selector-any-namespace',
		does: 'an empty podSelector alone matches every pod of every namespace',
		violates: { required: `${peer}.podSelector` },
		concerns: 'peers',
		issues: ['aws/aws-network-policy-agent#572'],
		inject: (Honest) =>
			class extends Honest {
				override peerSelects(one: PolicyPeer, pod: PolicyPod, place: RulePlace) {
					const isBare = !one.namespaceSelector && Object.keys(one.podSelector ?? {}).length === 0;
					return isBare || super.peerSelects(one, pod, place);
				}
			},
	},
	{
		name: 'empty-namespace-selector-own-namespace',
		does: 'an empty namespaceSelector means the policy’s own namespace only',
		violates: { required: `${peer}.namespaceSelector` },
		concerns: 'namespace selectors',
		issues: ['aws/aws-network-policy-agent#572'],
		inject: (Honest) =>
			class extends Honest {
				override peerSelects(one: PolicyPeer, pod: PolicyPod, place: RulePlace) {
					const isEmpty = one.namespaceSelector && Object.keys(one.namespaceSelector).length === 0;
					const { namespaceSelector: _, ...rest } = one;
					return super.peerSelects(isEmpty ? rest : one, pod, place);
				}
			},
	},
	{
		name: 'both-selectors-or',
		does: 'of a namespaceSelector and a podSelector in one peer, one is enough',
		violates: { required: `${peer}.namespaceSelector (together with podSelector)` },
		concerns: 'namespace selectors',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override peerSelects({ namespaceSelector, podSelector }: PolicyPeer, pod: PolicyPod, place: RulePlace) {
					const halves = [namespaceSelector && { namespaceSelector }, podSelector && { podSelector }];
					return halves.some((half) => half && super.peerSelects(half, pod, place));
				}
			},
	},
	{
		name: 'pod-selector-ignored-beside-namespace',
		does: 'beside a namespaceSelector the podSelector is not read',
		violates: { required: `${peer}.namespaceSelector (together with podSelector)` },
		concerns: 'namespace selectors',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override peerSelects(one: PolicyPeer, pod: PolicyPod, place: RulePlace) {
					const { podSelector: _, ...rest } = one;
					return super.peerSelects(one.namespaceSelector ? rest : one, pod, place);
				}
			},
	},
	{
		name: 'peers-all-of',
		does: 'a pod has to match every selector peer of a rule, not any',
		violates: { required: 'NetworkPolicyIngressRule.from (combined with a logical OR)' },
		concerns: 'peers',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override rangesOfPeers(peers: PolicyPeer[], place: RulePlace) {
					const blocks = super.rangesOfPeers(
						peers.filter(({ ipBlock }) => ipBlock),
						place,
					);
					const selectors = peers.filter(({ ipBlock }) => !ipBlock);
					if (selectors.length === 0) return blocks;
					const meant = place.view.pods.filter((pod) => selectors.every((one) => this.peerSelects(one, pod, place)));
					return [...blocks, ...meant.flatMap((pod) => Object.values(pod.addresses).map(rangeOfAddress))];
				}
			},
	},
	{
		name: 'namespace-name-label-missing',
		does: 'namespaces do not have the label kubernetes.io/metadata.name',
		violates: { required: 'Network Policies: targeting a namespace by its name' },
		concerns: 'namespace selectors',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override labelsOfNamespace(namespace: string, view: PolicyView) {
					return view.namespaces[namespace] ?? {};
				}
			},
	},
	{
		name: 'peers-truncated',
		does: `of the addresses that a rule allows only the first ${mostPeers} are programmed`,
		violates: { required: 'NetworkPolicyIngressRule.from' },
		concerns: 'peers',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override rangesOfPeers(peers: PolicyPeer[], place: RulePlace) {
					return super.rangesOfPeers(peers, place).slice(0, mostPeers);
				}
			},
	},
];
