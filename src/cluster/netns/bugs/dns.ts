import { metadataAddresses } from '../../../model/metadata.ts';
import { interception } from '../interceptor.ts';
import type { PolicyRule } from '../network-policy.ts';
import type { Direction, PolicyPod, RulePlace } from '../policy-view.ts';
import type { Bug } from './bug.ts';

const egress = 'NetworkPolicySpec.egress';
/** Of flows whose forbidden query was let out. */
const unansweredMark = '0x6764';

/** Bugs that let out what matches, whatever the policies of its pod say. */
function unfiltered(name: string, does: string, matches: string[], issues: string[] = []): Bug {
	return {
		...{ name, does, issues },
		violates: { required: egress },
		concerns: 'DNS',
		inject: (Honest) =>
			class extends Honest {
				override beforePolicies(pod: PolicyPod, direction: Direction) {
					const open = direction === 'egress' ? matches.map((match) => `${match} goto to_pod`) : [];
					return [...super.beforePolicies(pod, direction), ...open];
				}
			},
	};
}

function intercepted(how: 'answers' | 'forwards', name: string, does: string): Bug {
	return {
		...{ name, does, issues: [] },
		violates: { open: 'who answers what pods ask of resolvers outside' },
		concerns: 'DNS',
		inject: (Honest) =>
			class extends Honest {
				override interceptor() {
					return how;
				}
				override moreHooks() {
					return [...super.moreHooks(), interception()];
				}
			},
	};
}

const addressesOf = (family: 'ipv4' | 'ipv6') =>
	Object.values(metadataAddresses)
		.map((addresses) => addresses[family])
		.join(', ');

export const dnsBugs: Bug[] = [
	unfiltered('dns-tcp-unfiltered', 'filters DNS over UDP only: TCP 53 gets out', ['tcp dport 53']),
	unfiltered('dns-udp-unfiltered', 'filters DNS over TCP only: UDP 53 gets out', ['udp dport 53']),
	unfiltered(
		'dns-ipv6-unfiltered',
		'lets queries out to resolvers with IPv6 addresses',
		['meta nfproto ipv6 meta l4proto { tcp, udp } th dport 53'],
		['aws/aws-network-policy-agent#408'],
	),
	unfiltered(
		'metadata-unfiltered',
		'exempts the addresses of metadata services from egress policies',
		[`ip daddr { ${addressesOf('ipv4')} }`, `ip6 daddr { ${addressesOf('ipv6')} }`],
		['aws/containers-roadmap#2440'],
	),
	{
		name: 'dns-peer-ignored',
		does: 'takes a rule for port 53 to mean every resolver, whatever peers it names',
		violates: { required: 'NetworkPolicyEgressRule.to' },
		concerns: 'DNS',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override peers(rule: PolicyRule, place: RulePlace) {
					const isDns = rule.ports?.some(({ port }) => port === 53) === true;
					return place.direction === 'egress' && isDns ? undefined : super.peers(rule, place);
				}
			},
	},
	{
		name: 'dns-answers-dropped',
		does: 'lets forbidden queries over UDP out and drops the answers: it looks closed to the client',
		violates: { required: egress },
		concerns: 'DNS',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override first() {
					return [`ct mark ${unansweredMark} ct direction reply drop`, ...super.first()];
				}
				override afterPolicies(direction: Direction) {
					const admitted = `udp dport 53 ct mark set ${unansweredMark} goto to_pod`;
					return [...(direction === 'egress' ? [admitted] : []), ...super.afterPolicies(direction)];
				}
			},
	},
	{
		name: 'udp-flow-cut',
		does: 'a new policy ends UDP flows that were allowed when they began; others keep them as long as conntrack does',
		violates: { open: 'what a policy change does to established connections' },
		concerns: 'held connections',
		issues: ['cilium/cilium#17459', 'kubernetes/kubernetes#125467'],
		inject: (Honest) =>
			class extends Honest {
				override first() {
					return super.first().map((rule) => (rule.startsWith('ct state established') ? keepsNoFlow(rule) : rule));
				}
			},
	},
	intercepted('answers', 'dns-intercepted', 'the node answers queries to resolvers outside in their place'),
	intercepted(
		'forwards',
		'dns-proxied',
		'the node asks resolvers outside in the place of its pods, past their policies',
	),
];

/** Replies, and all of TCP; of UDP each datagram on its way there is judged again. */
function keepsNoFlow(rule: string): string {
	return `meta l4proto != udp ${rule}\n\t\tct direction reply ${rule}`;
}
