import ipaddr from 'ipaddr.js';

/**
 * The same value with every range written by its first address: API servers from 1.36 on refuse bits behind the prefix
 * ("must not have bits set beyond the prefix length"), which `$(pods.X.ipv4)/30` has.
 */
export function canonicalBlocks<T>(value: T): T {
	return JSON.parse(JSON.stringify(value), (key: string, one: unknown) => {
		if (key === 'cidr' && typeof one === 'string') return firstOf(one);
		if (key === 'except' && Array.isArray(one)) return one.map((range) => firstOf(String(range)));
		return one;
	}) as T;
}

function firstOf(cidr: string): string {
	const [, bits] = cidr.split('/');
	const reader = cidr.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4;
	return `${reader.networkAddressFromCIDR(cidr).toString()}/${bits}`;
}
