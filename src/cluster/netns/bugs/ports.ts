import type { Protocol } from '../../../model/address.ts';
import type { PolicyPort, PolicyRule } from '../network-policy.ts';
import type { RulePlace } from '../policy-view.ts';
import type { Bug } from './bug.ts';

const port = 'NetworkPolicyPort';
const every: Protocol[] = ['tcp', 'udp', 'sctp'];
/** How many ports an engine that spells ranges out could have room for. */
const mostPorts = 100;

export const portBugs: Bug[] = [
	{
		name: 'ports-ignored',
		does: 'a rule allows every port, whichever it names',
		violates: { required: 'NetworkPolicyIngressRule.ports, NetworkPolicyEgressRule.ports' },
		concerns: 'ports',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override ports() {
					return undefined;
				}
			},
	},
	{
		name: 'first-port-only',
		does: 'heeds only the first port of a rule',
		violates: { required: 'NetworkPolicyIngressRule.ports (combined with a logical OR)' },
		concerns: 'several ports',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override ports(rule: PolicyRule, place: RulePlace) {
					return super.ports(rule, place)?.slice(0, 1);
				}
			},
	},
	{
		name: 'ports-span',
		does: 'the ports of a rule become one range, from the lowest to the highest',
		violates: { required: 'NetworkPolicyIngressRule.ports' },
		concerns: 'several ports',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override portRanges(ranges: [number, number][]): [number, number][] {
					const ends = super.portRanges(ranges).flat();
					return [[Math.min(...ends), Math.max(...ends)]];
				}
			},
	},
	{
		name: 'overlapping-ports-cut',
		does: 'of ranges of ports that overlap, the one that begins last also ends them all',
		violates: { required: `${port}.endPort, NetworkPolicyIngressRule.ports (combined with a logical OR)` },
		concerns: 'endPort',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override portRanges(ranges: [number, number][]) {
					const cut: [number, number][] = [];
					for (const range of super.portRanges(ranges).toSorted((a, b) => a[0] - b[0])) {
						const previous = cut.at(-1);
						if (previous && range[0] <= previous[1]) previous[1] = range[1];
						else cut.push([...range]);
					}
					return cut;
				}
			},
	},
	{
		name: 'protocol-ignored',
		does: 'a port that is allowed for one protocol is allowed for all',
		violates: { required: `${port}.protocol` },
		concerns: 'ports',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override protocols() {
					return every;
				}
			},
	},
	{
		name: 'protocol-default-any',
		does: 'a port without a protocol is allowed for all protocols, not for TCP only',
		violates: { required: `${port}.protocol (defaults to TCP)` },
		concerns: 'ports',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override protocols(one: PolicyPort) {
					return one.protocol ? super.protocols(one) : every;
				}
			},
	},
	{
		name: 'sctp-as-tcp',
		does: 'a rule for SCTP opens the same number of TCP',
		violates: { required: `${port}.protocol` },
		concerns: 'SCTP',
		issues: ['kubernetes/kubernetes#87305', 'cilium/cilium#35238'],
		inject: (Honest) =>
			class extends Honest {
				override protocols(one: PolicyPort) {
					return super.protocols(one).map((protocol) => (protocol === 'sctp' ? 'tcp' : protocol));
				}
			},
	},
	{
		name: 'sctp-port-dropped',
		does: 'ports of SCTP are left out of rules; a rule that is left without ports allows all of them',
		violates: { required: 'NetworkPolicyIngressRule.ports' },
		concerns: 'SCTP',
		issues: ['kubernetes/kubernetes#102509', 'noironetworks/aci-containers#1753', 'cloudnativelabs/kube-router#1019'],
		inject: (Honest) =>
			class extends Honest {
				override ports(rule: PolicyRule, place: RulePlace) {
					const left = super.ports(rule, place)?.filter(({ protocol }) => protocol !== 'SCTP');
					return left?.length ? left : undefined;
				}
			},
	},
	{
		name: 'udp-unfiltered',
		does: 'lets every UDP packet through',
		violates: { required: `${port}.protocol, NetworkPolicySpec.ingress` },
		concerns: 'UDP',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override first() {
					return [...super.first(), 'meta l4proto udp accept'];
				}
			},
	},
	{
		name: 'end-port-ignored',
		does: 'of a range only the first port is allowed',
		violates: { required: `${port}.endPort` },
		concerns: 'endPort',
		issues: ['cilium/cilium#28684', 'kubernetes/kubernetes#110868'],
		inject: (Honest) =>
			class extends Honest {
				override portRange(first: number): [number, number] {
					return [first, first];
				}
			},
	},
	{
		name: 'end-port-excluded',
		does: 'the last port of a range is not allowed',
		violates: { required: `${port}.endPort (inclusive)` },
		concerns: 'endPort',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override portRange(first: number, endPort: number | undefined) {
					return super.portRange(first, endPort === undefined ? undefined : Math.max(first, endPort - 1));
				}
			},
	},
	{
		name: 'end-port-one-too-many',
		does: 'the port after the last one of a range is allowed too',
		violates: { required: `${port}.endPort (inclusive)` },
		concerns: 'endPort',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override portRange(first: number, endPort: number | undefined) {
					return super.portRange(first, endPort === undefined ? undefined : Math.min(65535, endPort + 1));
				}
			},
	},
	{
		name: 'end-port-clipped',
		does: `of a range only the first ${mostPorts} ports are allowed`,
		violates: { required: `${port}.endPort` },
		concerns: 'endPort',
		issues: ['noironetworks/aci-containers#1653'],
		inject: (Honest) =>
			class extends Honest {
				override portRange(first: number, endPort: number | undefined) {
					return super.portRange(first, endPort === undefined ? undefined : Math.min(endPort, first + mostPorts - 1));
				}
			},
	},
];
