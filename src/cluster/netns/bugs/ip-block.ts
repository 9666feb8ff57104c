import { type AddressRange, rangeOfCidr, subtract } from '../address-range.ts';
import { ranges } from '../ranges.ts';
import type { IpBlock, PolicyPeer } from '../network-policy.ts';
import type { Direction, PolicyPod, RulePlace } from '../policy-view.ts';
import type { Bug } from './bug.ts';

const block = 'IPBlock';
const pods = Object.values(ranges.pods).map(rangeOfCidr);

const without = (from: AddressRange[], holes: AddressRange[]) => from.flatMap((range) => subtract(range, holes));

export const ipBlockBugs: Bug[] = [
	{
		name: 'except-ignored',
		does: 'allows what `except` takes out of an ipBlock',
		violates: { required: `${block}.except` },
		concerns: 'except',
		issues: ['ovn-org/ovn-kubernetes#845', 'antrea-io/antrea#71'],
		inject: (Honest) =>
			class extends Honest {
				override rangesOfBlock({ cidr }: IpBlock, place: RulePlace) {
					return super.rangesOfBlock({ cidr }, place);
				}
			},
	},
	{
		name: 'except-first-only',
		does: 'heeds only the first entry of `except`',
		violates: { required: `${block}.except` },
		concerns: 'except',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override rangesOfBlock({ cidr, except }: IpBlock, place: RulePlace) {
					return super.rangesOfBlock({ cidr, except: except?.slice(0, 1) }, place);
				}
			},
	},
	{
		name: 'except-denies',
		does: 'takes `except` as a denial: nothing else in the rule allows those addresses any more',
		violates: { required: `${block}.except, NetworkPolicyIngressRule.from (combined with a logical OR)` },
		concerns: 'except',
		issues: ['antrea-io/antrea#367', 'cilium/cilium#15952', 'kubeovn/kube-ovn#3193'],
		inject: (Honest) =>
			class extends Honest {
				override rangesOfPeers(peers: PolicyPeer[], place: RulePlace) {
					const denied = peers.flatMap(({ ipBlock }) => (ipBlock?.except ?? []).map(rangeOfCidr));
					return without(super.rangesOfPeers(peers, place), denied);
				}
			},
	},
	{
		name: 'ip-block-skips-pods',
		does: 'an ipBlock never means addresses of pods',
		violates: { required: `${block}.cidr` },
		concerns: 'ipBlock',
		issues: ['cilium/cilium#9209', 'cilium/cilium#12277'],
		inject: (Honest) =>
			class extends Honest {
				override rangesOfBlock(ipBlock: IpBlock, place: RulePlace) {
					return without(super.rangesOfBlock(ipBlock, place), pods);
				}
			},
	},
	{
		name: 'ip-block-whole-bytes',
		does: 'rounds the prefix of an IPv4 block down to a whole byte: /26 becomes /24',
		violates: { required: `${block}.cidr` },
		concerns: 'ipBlock',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override rangesOfBlock({ cidr, except }: IpBlock, place: RulePlace) {
					const [address, prefix] = cidr.split('/');
					const rounded = cidr.includes(':') ? Number(prefix) : Number(prefix) & ~7;
					return super.rangesOfBlock({ cidr: `${address}/${rounded}`, except }, place);
				}
			},
	},
	{
		name: 'outside-unfiltered',
		does: 'filters egress to pods only; addresses outside the cluster are reached freely',
		violates: { required: 'NetworkPolicySpec.egress' },
		concerns: 'the outside world',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override beforePolicies(pod: PolicyPod, direction: Direction) {
					const outside = [
						`ip daddr != ${ranges.pods.ipv4} goto to_pod`,
						`ip6 daddr != ${ranges.pods.ipv6} goto to_pod`,
					];
					return [...super.beforePolicies(pod, direction), ...(direction === 'egress' ? outside : [])];
				}
			},
	},
];
