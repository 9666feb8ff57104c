import ipaddr from 'ipaddr.js';

/** A reference with a prefix behind it, and nothing else. */
const referencedRange = /^\$\([^()]*\)\/\d+$/;

/**
 * Writes ranges that came from a reference, `$(pods.X.ipv4)/30`, by their first address: API servers from 1.36 on refuse
 * bits behind the prefix ("must not have bits set beyond the prefix length"). Ranges that the user wrote out are left
 * alone: what is tested is the text as it stands. `written` is the value as it was before its references were replaced.
 */
export function rangesByFirstAddress<T>(written: T, replaced: T): T {
	const visit = (before: unknown, after: unknown): unknown => {
		if (typeof before === 'string' && typeof after === 'string') {
			return referencedRange.test(before) ? firstOf(after) : after;
		}
		if (Array.isArray(before) && Array.isArray(after)) return before.map((one, index) => visit(one, after[index]));
		if (before === null || typeof before !== 'object') return after;
		const values = after as Record<string, unknown>;
		return Object.fromEntries(Object.entries(before).map(([key, one]) => [key, visit(one, values[key])]));
	};
	return visit(written, replaced) as T;
}

function firstOf(range: string): string {
	if (!ipaddr.isValidCIDR(range)) return range;
	const reader = range.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4;
	return `${reader.networkAddressFromCIDR(range).toString()}/${range.split('/')[1]}`;
}
