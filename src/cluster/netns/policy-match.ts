import type { IpFamily, Protocol } from '../../model/address.ts';
import { ipFamilies } from '../../model/address.ts';
import type { Engine } from './engine.ts';
import type { PolicyPort, PolicyRule } from './network-policy.ts';
import type { RulePlace } from './policy-view.ts';
import type { SetDefinitions } from './set-definitions.ts';

const ipKeyword: Record<IpFamily, string> = { ipv4: 'ip', ipv6: 'ip6' };

/** The nftables matches of which any one means that the rule allows a packet; the empty text matches everything. */
export function matchesOfRule(rule: PolicyRule, place: RulePlace, sets: SetDefinitions, engine: Engine): string[] {
	const [wanted, ports] = [engine.peers(rule, place), engine.ports(rule, place)];
	if (wanted === undefined) return portMatches(ports, ipFamilies, place, sets, engine);
	const ranges = engine.rangesOfPeers(wanted, place);
	return ipFamilies.flatMap((family) => {
		const set = sets.addresses(
			family,
			ranges.filter((range) => range.family === family),
		);
		if (set === undefined) return [];
		const peers = `${ipKeyword[family]} ${place.direction === 'ingress' ? 'saddr' : 'daddr'} @${set}`;
		return portMatches(ports, [family], place, sets, engine).map((match) => `${peers} ${match}`.trimEnd());
	});
}

function portMatches(
	ports: PolicyPort[] | undefined,
	families: readonly IpFamily[],
	place: RulePlace,
	sets: SetDefinitions,
	engine: Engine,
): string[] {
	if (ports === undefined) return [''];
	const numbers = new Map<Protocol, [number, number][]>();
	const matches: string[] = [];
	for (const one of ports) {
		for (const protocol of engine.protocols(one)) {
			if (typeof one.port === 'string') {
				matches.push(...namedPort(one.port, protocol, families, place, sets, engine));
			} else {
				const range: [number, number] = one.port ? engine.portRange(one.port, one.endPort ?? undefined) : [0, 65535];
				numbers.set(protocol, [...(numbers.get(protocol) ?? []), range]);
			}
		}
	}
	const numeric = [...numbers].map(([protocol, ranges]) => `${protocol} dport ${portSet(engine.portRanges(ranges))}`);
	return [...numeric, ...matches];
}

function namedPort(
	name: string,
	protocol: Protocol,
	families: readonly IpFamily[],
	place: RulePlace,
	sets: SetDefinitions,
	engine: Engine,
): string[] {
	return families.flatMap((family) => {
		const set = sets.sockets(family, engine.namedSockets(name, protocol, family, place));
		return set === undefined ? [] : [`meta l4proto ${protocol} ${ipKeyword[family]} daddr . th dport @${set}`];
	});
}

/** Sorted and without overlaps, which nftables refuses. */
function portSet(ranges: [number, number][]): string {
	const merged: [number, number][] = [];
	for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
		const previous = merged.at(-1);
		if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
		else merged.push([first, last]);
	}
	return `{ ${merged.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ')} }`;
}
