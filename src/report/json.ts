import type { RunVerdicts } from '../model/verdict.ts';

/**
 * What verdicts.json holds: every key in a fixed order, so that the same verdicts are the same bytes whoever made them.
 * Keys whose value is undefined are left out. Ends with a newline.
 */
export function renderJson(verdicts: RunVerdicts): string {
	return `${JSON.stringify(sortKeys(verdicts), null, 2)}\n`;
}

/** Leading keys say what it is; the rest is alphabetical, arrays keep their order. */
const leading = ['schemaVersion', 'id', 'scenario', 'name', 'code'];

/** The same value with its keys in that order; arrays keep theirs. */
export function sortKeys(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sortKeys);
	if (value === null || typeof value !== 'object') return value;
	const entries = Object.entries(value).sort(([one], [other]) => rank(one) - rank(other) || compare(one, other));
	return Object.fromEntries(entries.map(([key, child]) => [key, sortKeys(child)]));
}

function rank(key: string): number {
	const index = leading.indexOf(key);
	return index === -1 ? leading.length : index;
}

/** By code unit: a locale must not change the bytes. */
function compare(one: string, other: string): number {
	return one < other ? -1 : one > other ? 1 : 0;
}
