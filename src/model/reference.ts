import type { IpFamily } from './address.ts';

/**
 * References are the only computed text of a scenario file: `$(pods.X.ipv4)`, `$(services.X.ipv4)`,
 * `$(nodes.a.ipv4)`, `$(nodes.of:X.ipv4)`, `$(external.X.ipv4)`, `$(cluster.podCIDRv4)` (each with an IPv6 twin),
 * `$(external.X.zone)`, `$(securityGroups.X.id)` and `$(token)`. They stay symbolic until a cluster has given out addresses.
 */
export type Reference =
	| { kind: 'pods' | 'services' | 'external'; name: string; field: 'ipv4' | 'ipv6' }
	/** `of` true: the node on which the pod NAME runs. */
	| { kind: 'nodes'; name: string; of: boolean; field: 'ipv4' | 'ipv6' }
	| { kind: 'zone'; name: string }
	/** Known before there is a cluster: the scenario says it. */
	| { kind: 'securityGroups'; name: string }
	| { kind: 'cluster'; field: ClusterRange }
	| { kind: 'token' };

export const clusterRanges = ['podCIDRv4', 'podCIDRv6', 'serviceCIDRv4', 'serviceCIDRv6'] as const;
export type ClusterRange = (typeof clusterRanges)[number];

const pattern = /\$\(([^()]*)\)/g;

/** Every `$(...)` of a text, in order, with its offset; `reference` is undefined where the inside is not of the grammar. */
export function findReferences(text: string): { text: string; offset: number; reference: Reference | undefined }[] {
	return [...text.matchAll(pattern)].map((match) => ({
		text: match[0],
		offset: match.index,
		reference: parseReference(match[1] ?? ''),
	}));
}

function parseReference(inside: string): Reference | undefined {
	if (inside === 'token') return { kind: 'token' };
	const [scope, ...rest] = inside.split('.');
	if (scope === 'cluster') {
		const field = clusterRanges.find((range) => range === rest.join('.'));
		return field && { kind: 'cluster', field };
	}
	const field = rest.pop();
	const name = rest.join('.');
	if (!name) return undefined;
	if (scope === 'external' && field === 'zone') return { kind: 'zone', name };
	if (scope === 'securityGroups' && field === 'id') return { kind: 'securityGroups', name };
	if (field !== 'ipv4' && field !== 'ipv6') return undefined;
	if (scope === 'nodes') {
		return name.startsWith('of:')
			? { kind: 'nodes', name: name.slice(3), of: true, field }
			: { kind: 'nodes', name, of: false, field };
	}
	if (scope === 'pods' || scope === 'services' || scope === 'external') return { kind: scope, name, field };
	return undefined;
}

/** The family of the addresses that a reference stands for. */
export function familyOf(reference: Reference): IpFamily | undefined {
	if (!('field' in reference)) return undefined;
	if (reference.kind === 'cluster') return reference.field.endsWith('v6') ? 'ipv6' : 'ipv4';
	return reference.field;
}

/**
 * Replaces every reference in all strings of a JSON value. `lookup` gives the text, or undefined where the cluster
 * has none (an IPv6 address on an IPv4 cluster); those are collected in `missing` and left symbolic.
 */
export function substituteReferences<T>(
	value: T,
	lookup: (reference: Reference) => string | undefined,
): { value: T; missing: string[] } {
	const missing: string[] = [];
	const visit = (node: unknown): unknown => {
		if (typeof node === 'string') {
			return node.replace(pattern, (whole, inside: string) => {
				const reference = parseReference(inside);
				const text = reference && lookup(reference);
				if (text === undefined) missing.push(whole);
				return text ?? whole;
			});
		}
		if (Array.isArray(node)) return node.map(visit);
		if (node !== null && typeof node === 'object') {
			return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, visit(child)]));
		}
		return node;
	};
	return { value: visit(value) as T, missing };
}
