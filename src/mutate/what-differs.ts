import { isRecord } from '../model/is-record.ts';
import type { KubernetesObject } from '../model/policy.ts';

/**
 * Two NetworkPolicies without the rules and peers that both have. What such a policy allows is all that any of its peers
 * allows, so what both have can't make the two differ; but whom they select, and in which directions, stays as it is.
 * Both are mutants of one text, which share what is the same: nothing is compared but identities.
 */
export function whatDiffers(one: KubernetesObject, other: KubernetesObject): [KubernetesObject, KubernetesObject] {
	let [first, second] = [one, other];
	for (const direction of ['ingress', 'egress']) {
		const lists = [listAt(one.spec, direction), listAt(other.spec, direction)] as const;
		// An empty list and a missing one may isolate in different directions.
		if (lists[0].length === 0 || lists[1].length === 0) continue;
		const [left, right] = without(lists[0], lists[1]);
		const [lone] = left;
		const [only] = right;
		const pairs = left.length === 1 && right.length === 1 ? withoutPeers(lone, only) : undefined;
		first = withRules(first, direction, pairs?.[0] ?? left);
		second = withRules(second, direction, pairs?.[1] ?? right);
	}
	return [first, second];
}

/** Of two rules with the same ports and lists of peers; a list that is emptied by it would mean everybody. */
function withoutPeers(one: unknown, other: unknown): [unknown[], unknown[]] | undefined {
	if (!isRecord(one) || !isRecord(other) || one['ports'] !== other['ports']) return undefined;
	const key = one['from'] === undefined ? 'to' : 'from';
	const lists = [listAt(one, key), listAt(other, key)] as const;
	if (lists[0].length === 0 || lists[1].length === 0) return undefined;
	const [left, right] = without(lists[0], lists[1]);
	return [left.length > 0 ? [{ ...one, [key]: left }] : [], right.length > 0 ? [{ ...other, [key]: right }] : []];
}

function without(one: readonly unknown[], other: readonly unknown[]): [unknown[], unknown[]] {
	const [ones, others] = [new Set(one), new Set(other)];
	return [one.filter((item) => !others.has(item)), other.filter((item) => !ones.has(item))];
}

/** With types as they were inferred from the rules that were there. */
function withRules(object: KubernetesObject, direction: string, rules: readonly unknown[]): KubernetesObject {
	const spec = isRecord(object.spec) ? object.spec : {};
	const given = listAt(spec, 'policyTypes');
	const inferred = listAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
	return {
		...object,
		spec: { ...spec, policyTypes: given.length > 0 ? given : inferred, [direction]: rules },
	};
}

function listAt(value: unknown, key: string): readonly unknown[] {
	const list = isRecord(value) ? value[key] : undefined;
	return Array.isArray(list) ? (list as unknown[]) : [];
}
