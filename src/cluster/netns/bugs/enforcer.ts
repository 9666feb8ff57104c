import { clusterDnsNamespace, isClusterDns } from '../../../model/cluster-dns.ts';
import type { PolicyPeer } from '../network-policy.ts';
import type { Direction, PolicyPod, PolicyView, RulePlace } from '../policy-view.ts';
import type { Bug } from './bug.ts';

/** Milliseconds between the acknowledgement of a change and its rules. */
const lateness = 1500;
/** Milliseconds between the start of a pod on a node that was just started again and its rules. */
const startLateness = 1500;
/** Milliseconds without rules while they are replaced. */
const gap = 60;

/** For how long a connection is taken for a sign that its client may connect, milliseconds. */
const memory = 150;
const letThrough = '0x6766';
/** Connections that got through, without their source ports. What was dropped does not come to the second chain. */
const pairMemory = `table inet gatecrash_memory {
	set pairs4 { type ipv4_addr . ipv4_addr . inet_service; flags dynamic, timeout; timeout ${memory}ms; }
	set pairs6 { type ipv6_addr . ipv6_addr . inet_service; flags dynamic, timeout; timeout ${memory}ms; }
	chain recall {
		type filter hook forward priority -200; policy accept;
		ct state new meta l4proto { tcp, udp } ip saddr . ip daddr . th dport @pairs4 meta mark set ${letThrough}
		ct state new meta l4proto { tcp, udp } ip6 saddr . ip6 daddr . th dport @pairs6 meta mark set ${letThrough}
	}
	chain remember {
		type filter hook forward priority 1000000; policy accept;
		ct state new meta l4proto { tcp, udp } update @pairs4 { ip saddr . ip daddr . th dport timeout ${memory}ms }
		ct state new meta l4proto { tcp, udp } update @pairs6 { ip6 saddr . ip6 daddr . th dport timeout ${memory}ms }
	}
}
`;
const queriesPass = 'meta l4proto { tcp, udp } th dport 53 goto to_pod';
const inForce = 'Network Policies: a pod that a policy selects is isolated for as long as the policy exists';

/** Wrong only while something changes or breaks; at rest everything is as it should be. */
export const enforcerBugs: Bug[] = [
	{
		name: 'fail-open-on-restart',
		does: 'an enforcer that is ended takes its rules along: everything is open until it is back',
		violates: { required: inForce },
		concerns: 'faults',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override flushesWhenStopped() {
					return true;
				}
			},
	},
	{
		name: 'flush-then-load',
		does: `rules are removed before the new ones are loaded: everything is open for ${gap} ms after each change`,
		violates: { required: inForce },
		concerns: 'changes of policies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override replacesWithGapOf() {
					return gap;
				}
			},
	},
	{
		name: 'open-while-loading',
		does: 'an enforcer that was started again and loads its rules little by little lets everything through until it has them all',
		violates: { required: inForce },
		concerns: 'faults',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override whileLoading() {
					return 'nothing' as const;
				}
			},
	},
	{
		name: 'pods-before-rules',
		does: `on a node that was just started again pods run for ${startLateness} ms before they have rules`,
		violates: { required: 'Network Policies: pod lifecycle (newly created pods are isolated before they are started)' },
		concerns: 'faults',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override startsLateBy() {
					return startLateness;
				}
			},
	},
	{
		name: 'dns-fails-open',
		does: 'while the cluster’s DNS is away queries are let out to any resolver',
		violates: { required: 'NetworkPolicySpec.egress' },
		concerns: 'faults',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				#known = false;
				#isAway = false;
				override notice(view: PolicyView) {
					const isThere = view.pods.some(
						({ namespace, name }) => namespace === clusterDnsNamespace && isClusterDns(name),
					);
					this.#known ||= isThere;
					this.#isAway = this.#known && !isThere;
					return super.notice(view);
				}
				override beforePolicies(pod: PolicyPod, direction: Direction) {
					const open = this.#isAway && direction === 'egress';
					return [...super.beforePolicies(pod, direction), ...(open ? [queriesPass] : [])];
				}
			},
	},
	{
		name: 'capture-goes-with-sidecar',
		does: 'connections of a pod whose sidecar has ended go to the application itself',
		violates: { required: 'PeerAuthentication.MutualTLS.Mode STRICT' },
		concerns: 'faults',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override capturesForEnded() {
					return false;
				}
			},
	},
	{
		name: 'pair-stays-allowed',
		does: `whoever got through to a port gets through again within ${memory} ms, whatever the policies say by then: a client that goes on connecting is never shut out`,
		violates: { required: inForce },
		concerns: 'changes of policies',
		issues: ['cilium/cilium#691'],
		inject: (Honest) =>
			class extends Honest {
				override ownTable() {
					return pairMemory;
				}
				override first() {
					return [`meta mark ${letThrough} accept`, ...super.first()];
				}
			},
	},
	{
		name: 'late-programming',
		does: `a change is acknowledged ${lateness} ms before its rules are in force`,
		violates: {
			open: 'how soon a policy has to be in force is not said; an acknowledgement that comes earlier says nothing',
		},
		concerns: 'changes of policies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override programsLateBy() {
					return lateness;
				}
			},
	},
	{
		name: 'deleted-pod-stays',
		does: 'the address of a pod that was deleted stays among those of its peers, whoever gets it next',
		violates: { required: 'NetworkPolicyPeer.podSelector' },
		concerns: 'changes of pods',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				readonly #known = new Map<string, PolicyPod>();
				override notice(view: PolicyView) {
					const noticed = super.notice(view);
					for (const pod of noticed.pods) this.#known.set(`${pod.namespace}/${pod.name}`, pod);
					return noticed;
				}
				override rangesOfPeers(peers: PolicyPeer[], place: RulePlace) {
					const { pods } = place.view;
					const gone = [...this.#known.values()].filter(
						({ namespace, name }) => !pods.some((pod) => pod.namespace === namespace && pod.name === name),
					);
					return super.rangesOfPeers(peers, { ...place, view: { ...place.view, pods: [...pods, ...gone] } });
				}
			},
	},
];
