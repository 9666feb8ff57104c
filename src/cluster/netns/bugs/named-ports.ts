import type { IpFamily, Protocol } from '../../../model/address.ts';
import type { PolicyPort, PolicyRule } from '../network-policy.ts';
import type { PolicyPod, RulePlace } from '../policy-view.ts';
import type { Bug } from './bug.ts';

const port = 'NetworkPolicyPort';

const isNamed = ({ port: one }: PolicyPort) => typeof one === 'string';

function socketsOf(pods: PolicyPod[], family: IpFamily, numbers: number[]): string[] {
	const all = pods.flatMap((pod) => numbers.map((number) => [pod.addresses[family], number]));
	return all.flatMap(([address, number]) => (address === undefined ? [] : [`${address} . ${number}`]));
}

function numbersOf(pods: PolicyPod[], name: string, protocol: Protocol): number[] {
	const named = pods.flatMap((pod) => pod.ports.filter((one) => one.name === name && one.protocol === protocol));
	return named.map((one) => one.port);
}

export const namedPortBugs: Bug[] = [
	{
		name: 'named-port-of-first-pod',
		does: 'a named port has the same number on all pods: that of the first',
		violates: { required: `${port}.port (a named port on a pod)` },
		concerns: 'named ports',
		issues: ['cilium/cilium#24779', 'cloudnativelabs/kube-router#1037', 'kubernetes/kubernetes#99256'],
		inject: (Honest) =>
			class extends Honest {
				override namedSockets(name: string, protocol: Protocol, family: IpFamily, { view }: RulePlace) {
					return socketsOf(view.pods, family, numbersOf(view.pods, name, protocol).slice(0, 1));
				}
			},
	},
	{
		name: 'named-port-of-selected-pod',
		does: 'a named port of an egress rule is looked up on the pod that the policy selects, not on the target',
		violates: { required: `${port}.port (a named port on a pod)` },
		concerns: 'named ports',
		issues: ['ovn-org/ovn-kubernetes#2117', 'aws/amazon-network-policy-controller-k8s#81'],
		inject: (Honest) =>
			class extends Honest {
				override namedSockets(name: string, protocol: Protocol, family: IpFamily, place: RulePlace) {
					if (place.direction === 'ingress') return super.namedSockets(name, protocol, family, place);
					const selected = place.view.pods.filter((pod) => this.selects(place.policy, pod));
					return socketsOf(place.view.pods, family, [...new Set(numbersOf(selected, name, protocol))]);
				}
			},
	},
	{
		name: 'named-port-lost-beside-ip-block',
		does: 'beside an ipBlock a named port is left out of the rule; a rule that is left without ports allows all of them',
		violates: { required: `${port}.port (a named port on a pod)` },
		concerns: 'named ports',
		issues: ['cilium/cilium#30003', 'noironetworks/aci-containers#1707'],
		inject: (Honest) =>
			class extends Honest {
				override ports(rule: PolicyRule, place: RulePlace) {
					const all = super.ports(rule, place);
					if (!rule.peers?.some(({ ipBlock }) => ipBlock)) return all;
					const left = all?.filter((one) => !isNamed(one));
					return left?.length ? left : undefined;
				}
			},
	},
	{
		name: 'named-port-needs-peer',
		does: 'a named port in a rule without peers matches nothing',
		violates: { required: `${port}.port (a named port on a pod)` },
		concerns: 'named ports',
		issues: ['aws/aws-network-policy-agent#149'],
		inject: (Honest) =>
			class extends Honest {
				override ports(rule: PolicyRule, place: RulePlace) {
					const all = super.ports(rule, place);
					return rule.peers?.length ? all : all?.filter((one) => !isNamed(one));
				}
			},
	},
	{
		name: 'unknown-named-port-means-any',
		does: 'a rule whose named port no pod has allows every port',
		violates: { required: `${port}.port` },
		concerns: 'named ports',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override ports(rule: PolicyRule, place: RulePlace) {
					const known = place.view.pods.flatMap((pod) => pod.ports.map(({ name }) => name));
					const left = super.ports(rule, place)?.filter((one) => !isNamed(one) || known.includes(String(one.port)));
					return left?.length ? left : undefined;
				}
			},
	},
];
