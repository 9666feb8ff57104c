import type { Protocol } from '../model/address.ts';
import { isRecord } from '../model/is-record.ts';
import type { KubernetesObject } from '../model/policy.ts';

/** A port that no policy names, for what rules say of any other port. */
const anyOther = 7777;

const highest = 65_535;

/**
 * Ports that tell all rules of NetworkPolicies apart: the ends of each range and their neighbours. Between two of them no
 * rule begins or ends, so that what holds for one port there holds for all.
 */
export function tellingPorts(policies: readonly KubernetesObject[]): number[] {
	const ports = new Set<number>();
	for (const { spec, kind } of policies) {
		if (!isRecord(spec)) continue;
		if (kind === 'NetworkPolicy') for (const [first, last] of rangesOf(spec)) addRange(ports, first, last);
		else for (const port of numbersIn(spec)) addRange(ports, port, port);
	}
	if (!ports.has(anyOther)) ports.add(anyOther);
	return [...ports].filter((port) => port >= 1 && port <= highest);
}

function addRange(ports: Set<number>, first: number, last: number): void {
	for (const port of [first, last, last + 1, first - 1]) ports.add(port);
}

function rangesOf(spec: Record<string, unknown>): [number, number][] {
	return ['ingress', 'egress'].flatMap((direction) =>
		records(spec[direction]).flatMap((rule) =>
			records(rule['ports']).flatMap(({ port, endPort }): [number, number][] =>
				typeof port === 'number' ? [[port, typeof endPort === 'number' ? endPort : port]] : [],
			),
		),
	);
}

/** Ports of Istio's objects: keys of portLevelMtls, `number: 80`, `ports: ["80"]`. */
function numbersIn(value: unknown): number[] {
	const found = JSON.stringify(value).matchAll(/"(\d{1,5})"|"number":(\d{1,5})/g);
	return [...found].map((match) => Number(match[1] ?? match[2]));
}

function records(value: unknown): Record<string, unknown>[] {
	return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** Of all protocols that policies can speak of, those that everybody carries first. */
export const protocols: readonly Protocol[] = ['tcp', 'udp', 'sctp'];
