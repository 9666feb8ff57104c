import { nodeAddresses, ranges } from '../ranges.ts';
import type { Direction, PolicyPod } from '../policy-view.ts';
import { chain } from '../ruleset.ts';
import type { Bug } from './bug.ts';

const dnsPorts = ['udp dport 53', 'tcp dport 53'];
/** Of connections whose forbidden request was let in. */
const oneWayMark = '0x6763';

const toService = (match: string) =>
	match
		.replace(/\b(ip6?) daddr @/, 'ct original $1 daddr @')
		.replace(/\b(tcp|udp|sctp) dport /, 'meta l4proto $1 ct original proto-dst ');

export const trafficBugs: Bug[] = [
	{
		name: 'ipv6-unfiltered',
		does: 'lets every IPv6 packet through',
		violates: { required: 'Network Policies (addresses of both families of a dual-stack cluster)' },
		concerns: 'IPv6',
		issues: ['k3s-io/k3s#9167', 'aws/aws-network-policy-agent#408'],
		inject: (Honest) =>
			class extends Honest {
				override first() {
					return [...super.first(), 'meta nfproto ipv6 accept'];
				}
			},
	},
	{
		name: 'ipv6-never-allowed',
		does: 'no rule allows IPv6: isolated pods are cut off in that family',
		violates: { required: 'Network Policies (addresses of both families of a dual-stack cluster)' },
		concerns: 'IPv6',
		issues: ['k3s-io/k3s#5386', 'rancher/rke2#8065'],
		inject: (Honest) =>
			class extends Honest {
				override lets(match: string, direction: Direction) {
					// A rule for IPv6 addresses alone is left out; nft refuses one that asks for both families.
					if (match.includes('ip6 ')) return '# IPv6 is not allowed';
					return super.lets(`meta nfproto ipv4 ${match}`.trimEnd(), direction);
				}
			},
	},
	{
		name: 'replies-need-rule',
		does: 'keeps no state: replies are judged as if they were new connections',
		violates: { required: 'Network Policies (reply traffic is implicitly allowed)' },
		concerns: 'policies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override first() {
					return super.first().filter((rule) => !rule.startsWith('ct state established'));
				}
			},
	},
	{
		name: 'replies-dropped-instead',
		does: 'lets forbidden UDP requests in and drops the replies: it looks closed to the client',
		violates: { required: 'NetworkPolicySpec.ingress' },
		concerns: 'UDP',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override first() {
					return [`ct mark ${oneWayMark} ct direction reply drop`, ...super.first()];
				}
				override afterPolicies(direction: Direction) {
					const admitted = `meta l4proto udp ct mark set ${oneWayMark} accept`;
					return [...(direction === 'ingress' ? [admitted] : []), ...super.afterPolicies(direction)];
				}
			},
	},
	{
		name: 'dns-unfiltered',
		does: 'always allows port 53, so that names can be resolved',
		violates: { required: 'NetworkPolicySpec.egress' },
		concerns: 'isolated egress',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override beforePolicies(pod: PolicyPod, direction: Direction) {
					const open = direction === 'egress' ? dnsPorts.map((match) => `${match} goto to_pod`) : [];
					return [...super.beforePolicies(pod, direction), ...open];
				}
			},
	},
	{
		name: 'node-filtered',
		does: 'ingress policies hold for what the node itself sends to its pods',
		violates: { required: 'Network Policies (traffic to and from the node where a Pod is running is always allowed)' },
		concerns: 'traffic of the node',
		issues: ['kubernetes-sigs/kube-network-policies#65', 'cloudnativelabs/kube-router#1017', 'cilium/cilium#48444'],
		inject: (Honest) =>
			class extends Honest {
				override moreHooks() {
					const rules = ['type filter hook output priority 0; policy accept;', ...this.first(), 'goto to_pod'];
					return [...super.moreHooks(), chain('output', rules)];
				}
			},
	},
	{
		name: 'established-cut',
		does: 'a new policy ends connections that were allowed when they began',
		violates: { open: 'what a policy change does to established connections' },
		concerns: 'held connections',
		issues: ['kubernetes/kubernetes#120525', 'projectcalico/calico#2759', 'cilium/cilium#2569'],
		inject: (Honest) =>
			class extends Honest {
				override first() {
					return super.first().map((rule) => `ct direction reply ${rule}`);
				}
				override afterPolicies(direction: Direction) {
					// A connection that is only starved lives on when the policy goes.
					return ['meta l4proto tcp ct state established reject with tcp reset', ...super.afterPolicies(direction)];
				}
			},
	},
	{
		name: 'service-address-judged',
		does: 'egress is judged by the address of a Service, not by the pods behind it',
		violates: { open: 'whether policies see a connection before or after the translation of Service addresses' },
		concerns: 'Services',
		issues: [
			'aws/amazon-network-policy-controller-k8s#222',
			'cloudnativelabs/kube-router#905',
			'weaveworks/weave#3452',
		],
		inject: (Honest) =>
			class extends Honest {
				override lets(match: string, direction: Direction) {
					return super.lets(direction === 'egress' ? toService(match) : match, direction);
				}
			},
	},
	{
		name: 'service-port-judged',
		does: 'rules are compared with the port of a Service, not with the port of the pod behind it',
		violates: { required: 'NetworkPolicyPort.port (the port on the pod)' },
		concerns: 'Services',
		issues: ['otterize/intents-operator#488', 'aws/amazon-network-policy-controller-k8s#236'],
		inject: (Honest) =>
			class extends Honest {
				override lets(match: string, direction: Direction) {
					return super.lets(
						match.replace(/\b(tcp|udp|sctp) dport /, 'meta l4proto $1 ct original proto-dst '),
						direction,
					);
				}
			},
	},
	{
		name: 'service-unfiltered',
		does: 'lets through what was sent to the address of a Service',
		violates: { required: 'NetworkPolicySpec.ingress' },
		concerns: 'Services',
		issues: ['antrea-io/antrea#280'],
		inject: (Honest) =>
			class extends Honest {
				override first() {
					const services = Object.entries({ ip: ranges.services.ipv4, ip6: ranges.services.ipv6 });
					return [
						...super.first(),
						...services.map(([ip, range]) => `ct status dnat ct original ${ip} daddr ${range} accept`),
					];
				}
			},
	},
	{
		name: 'node-port-unfiltered',
		does: 'lets through what was sent to a node port',
		violates: { open: 'which source address policies see behind a node port or load balancer' },
		concerns: 'node ports',
		issues: ['projectcalico/calico#2088', 'kubernetes-sigs/network-policy-api#287'],
		inject: (Honest) =>
			class extends Honest {
				override first() {
					const nodes = Object.entries({ ip: nodeAddresses.ipv4, ip6: nodeAddresses.ipv6 });
					return [
						...super.first(),
						...nodes.map(([ip, address]) => `ct status dnat ct original ${ip} daddr ${address} accept`),
					];
				}
			},
	},
	{
		name: 'hairpin-unfiltered',
		does: 'a pod always reaches itself through a Service',
		violates: { open: 'whether policies hold for a pod that reaches itself through a Service' },
		concerns: 'a pod that reaches itself',
		issues: ['kubernetes/kubernetes#125611', 'antrea-io/antrea#5687', 'cilium/cilium#27709'],
		inject: (Honest) =>
			class extends Honest {
				override beforePolicies(pod: PolicyPod, direction: Direction) {
					const addresses = { ip: pod.addresses.ipv4, ip6: pod.addresses.ipv6 };
					const own = Object.entries(addresses).flatMap(([ip, address]) =>
						address === undefined ? [] : [`${ip} saddr ${address} ${ip} daddr ${address} accept`],
					);
					return [...super.beforePolicies(pod, direction), ...own];
				}
			},
	},
];
