import { isRecord } from '../model/is-record.ts';
import type { KubernetesObject } from '../model/policy.ts';
import type { Scenario } from '../model/scenario.ts';
import type { Mistake } from './chosen.ts';

interface RuleText {
	from?: PeerText[];
	to?: PeerText[];
	ports?: PortText[];
}

interface PeerText {
	podSelector?: unknown;
	namespaceSelector?: unknown;
	ipBlock?: { cidr: string; except?: string[] };
}

interface PortText {
	protocol?: string;
	port?: number | string;
	endPort?: number;
}

type Direction = 'ingress' | 'egress';

/**
 * Mistakes that engines make with NetworkPolicies, and hardly a human: each is written as the policy that the engine then
 * enforces. Beside the mutants they have `generate` attempt what no field of a policy speaks of, such as UDP. An engine that
 * makes one makes it everywhere: to notice it once, by whichever policy, is enough.
 */
export function engineMistakesOf(scenario: Scenario): Mistake[] {
	return scenario.policies.flatMap(({ name, object }) => {
		if (object.kind !== 'NetworkPolicy' || !isRecord(object.spec)) return [];
		const { spec } = object;
		return mistakesIn(object, scenario).map(([mistake, direction, rules]) => ({
			...{ id: `${name}/engine/${mistake}`, policy: name, engine: mistake },
			object: { ...object, spec: { ...spec, policyTypes: typesOf(object), [direction]: rules } },
		}));
	});
}

type Made = [mistake: string, direction: Direction, rules: RuleText[]];

function mistakesIn(object: KubernetesObject, scenario: Scenario): Made[] {
	return (['ingress', 'egress'] as const)
		.filter((direction) => typesOf(object).includes(direction === 'ingress' ? 'Ingress' : 'Egress'))
		.flatMap((direction) => {
			const rules = rulesOf(object, direction);
			const further = (mistake: string, rule: RuleText): Made => [mistake, direction, [...rules, rule]];
			return [
				further(`${direction}-udp-unfiltered`, { ports: [{ protocol: 'UDP' }] }),
				...(direction === 'egress' ? egressMistakes(further) : [ingressMistake(further, scenario)].flat()),
				...rules.flatMap((rule, index) =>
					ruleMistakes(rule, scenario).map(([mistake, wrong]): Made => {
						return [`${direction}-${mistake}`, direction, rules.with(index, wrong)];
					}),
				),
			];
		});
}

function egressMistakes(further: (mistake: string, rule: RuleText) => Made): Made[] {
	const outside = [
		{ ipBlock: { cidr: '0.0.0.0/0', except: ['$(cluster.podCIDRv4)'] } },
		{ ipBlock: { cidr: '::/0', except: ['$(cluster.podCIDRv6)'] } },
	];
	const dns = ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 }));
	return [further('outside-unfiltered', { to: outside }), further('dns-unfiltered', { ports: dns })];
}

/** What the source may send is not asked of the target again. */
function ingressMistake(further: (mistake: string, rule: RuleText) => Made, { policies }: Scenario): Made[] {
	const isolated = policies.filter(
		({ object }) => object.kind === 'NetworkPolicy' && typesOf(object).includes('Egress'),
	);
	const from = isolated.slice(0, 8).map(({ object: { metadata, spec } }) => ({
		namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': metadata.namespace ?? 'default' } },
		podSelector: (isRecord(spec) ? spec['podSelector'] : undefined) ?? {},
	}));
	return from.length === 0 ? [] : [further('egress-decides-alone', { from })];
}

/** Longer ranges are clipped by engines that write each port down. */
const clippedAt = 100;

function ruleMistakes({ ports = [], ...rule }: RuleText, scenario: Scenario): [string, RuleText][] {
	const mistakes: [string, RuleText][] = [];
	if (ports.length > 0) {
		const all = ['TCP', 'UDP'].flatMap((protocol) => ports.map((port) => ({ ...port, protocol })));
		mistakes.push(['protocol-ignored', { ...rule, ports: [...ports, ...all] }]);
	}
	for (const [index, entry] of ports.entries()) {
		const { port, endPort } = entry;
		if (typeof port === 'number' && endPort !== undefined && endPort >= port + clippedAt) {
			const clipped = ports.with(index, { ...entry, endPort: port + clippedAt - 1 });
			mistakes.push(['end-port-clipped', { ...rule, ports: clipped }]);
		}
		if (typeof port !== 'string') continue;
		for (const number of numbersOf(port, scenario)) {
			const fixed = ports.with(index, { ...entry, port: number });
			mistakes.push([`named-port-of-another-pod/${port}/${number}`, { ...rule, ports: fixed }]);
		}
	}
	const withoutPods = withoutPodsIn(rule);
	return withoutPods ? [...mistakes, ['ip-block-skips-pods', { ...withoutPods, ports }]] : mistakes;
}

/** Numbers that a name stands for on different pods. */
function numbersOf(name: string, { pods }: Scenario): Set<number> {
	const listeners = Object.values(pods).flatMap(({ listen }) => listen);
	return new Set(listeners.flatMap((one) => (one.name === name ? [one.port] : [])));
}

/** Ranges that mean no pod; undefined where there is no range. */
function withoutPodsIn({ from, to }: Omit<RuleText, 'ports'>): RuleText | undefined {
	const lacking = (peers: PeerText[] | undefined) =>
		peers?.map((peer) => {
			if (!peer.ipBlock) return peer;
			const range = peer.ipBlock.cidr.includes(':') ? '$(cluster.podCIDRv6)' : '$(cluster.podCIDRv4)';
			return { ipBlock: { ...peer.ipBlock, except: [...(peer.ipBlock.except ?? []), range] } };
		});
	if (![...(from ?? []), ...(to ?? [])].some(({ ipBlock }) => ipBlock)) return undefined;
	const [sources, targets] = [lacking(from), lacking(to)];
	return { ...(sources && { from: sources }), ...(targets && { to: targets }) };
}

function rulesOf({ spec }: KubernetesObject, direction: Direction): RuleText[] {
	const rules = isRecord(spec) ? spec[direction] : undefined;
	return Array.isArray(rules) ? (rules as RuleText[]) : [];
}

/** Those of the object, or as they are inferred. */
function typesOf(object: KubernetesObject): string[] {
	const given = isRecord(object.spec) ? object.spec['policyTypes'] : undefined;
	if (Array.isArray(given) && given.length > 0) return given as string[];
	return rulesOf(object, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}
