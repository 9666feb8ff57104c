import { isRecord } from '../../model/is-record.ts';
import type { KubernetesObject } from '../../model/policy.ts';

const nameKey = 'kubernetes.io/metadata.name';
/** Calico writes selectors as text; these labels stand for a namespace's name in it. */
const nameInText = /(projectcalico\.org\/name(space)?|kubernetes\.io\/metadata\.name)\b/;

/**
 * A policy with its namespaces' names as they are in the cluster. They are replaced where they can only be names of
 * namespaces: `metadata.namespace`, and `kubernetes.io/metadata.name` in label selectors. A name anywhere else is a
 * `problem`: replaced by guess, the policy would be another one than the file says.
 */
export function mapPolicy(
	policy: KubernetesObject,
	names: ReadonlyMap<string, string>,
): { policy: KubernetesObject; problem?: string } {
	const { metadata, ...rest } = policy;
	const namespace =
		metadata.namespace === undefined ? undefined : (names.get(metadata.namespace) ?? metadata.namespace);
	const changed = [...names].filter(([name, real]) => name !== real).map(([name]) => name);
	const mapped = mapValue(rest, names) as Omit<KubernetesObject, 'metadata'>;
	const held = changed.length === 0 ? undefined : findName(rest, changed, []);
	return {
		policy: { ...mapped, metadata: { ...metadata, ...(namespace !== undefined && { namespace }) } } as KubernetesObject,
		...(held && {
			problem: `holds the namespace name "${held.name}" in ${held.path}, where it can't be replaced safely`,
		}),
	};
}

function mapValue(value: unknown, names: ReadonlyMap<string, string>): unknown {
	if (Array.isArray(value)) return value.map((one) => mapValue(one, names));
	if (!isRecord(value)) return value;
	if (value.key === nameKey && Array.isArray(value.values)) {
		return { ...value, values: value.values.map((one: unknown) => mapName(one, names)) };
	}
	return Object.fromEntries(
		Object.entries(value).map(([key, one]) => [key, key === nameKey ? mapName(one, names) : mapValue(one, names)]),
	);
}

function mapName(value: unknown, names: ReadonlyMap<string, string>): unknown {
	return typeof value === 'string' ? (names.get(value) ?? value) : value;
}

/** Labels' values and names of ports are not names of namespaces, even where they are the same word. */
const elsewhere = ['matchLabels', 'matchExpressions', 'port', 'ports', 'apiVersion', 'kind'];

function findName(
	value: unknown,
	names: readonly string[],
	path: readonly string[],
): { name: string; path: string } | undefined {
	if (typeof value === 'string') {
		const isSelector = /selector$/i.test(path.at(-1) ?? '');
		if (isSelector && !nameInText.test(value)) return undefined;
		const name = names.find((one) => new RegExp(`(?<![\\w-])${one}(?![\\w-])`).test(value));
		return name === undefined ? undefined : { name, path: path.join('.') };
	}
	const entries: [string, unknown][] = Array.isArray(value)
		? value.map((one, index) => [String(index), one])
		: isRecord(value)
			? Object.entries(value)
			: [];
	for (const [key, one] of entries) {
		if (elsewhere.includes(key)) continue;
		const found = findName(one, names, [...path, key]);
		if (found) return found;
	}
	return undefined;
}
