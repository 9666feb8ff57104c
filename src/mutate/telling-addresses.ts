import ipaddr from 'ipaddr.js';
import type { IpFamily } from '../model/address.ts';

/** Addresses that tell a range from its neighbours, its halves, and its exceptions. Literal ranges only, and no address that nobody can have. */
export function tellingAddresses({
	cidr,
	except = [],
}: {
	cidr: string;
	except?: string[];
}): { family: IpFamily; address: string }[] {
	const texts = new Set<string>();
	for (const range of [cidr, ...except]) {
		if (!ipaddr.isValidCIDR(range)) continue;
		const [address, prefix] = ipaddr.parseCIDR(range);
		const bytes = address.toByteArray();
		const bits = bytes.length * 8;
		if (prefix < bits) {
			texts.add(withBits(bytes, [bits - 1]));
			// The upper half, which is what one bit more leaves out.
			texts.add(withBits(bytes, prefix < bits - 1 ? [prefix, bits - 1] : [prefix]));
		} else texts.add(address.toString());
		// The other half of a range that is twice as wide.
		if (prefix > 0) texts.add(withBits(bytes, prefix < bits ? [prefix - 1, bits - 1] : [prefix - 1]));
	}
	const addresses = [...texts].map((text) => ipaddr.parse(text)).filter(isSomebodys);
	return addresses.map((address) => ({ family: address.kind(), address: address.toString() }));
}

/** RFC 6890: no multicast, loopback, `0.0.0.0/8`, and what IPv4 keeps for later. */
function isSomebodys(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
	if (['multicast', 'loopback', 'unspecified', 'broadcast', 'linkLocal'].includes(address.range())) return false;
	return address.kind() === 'ipv6' || (address.toByteArray()[0] ?? 0) < 240;
}

/** With these bits turned over. */
function withBits(bytes: readonly number[], turned: readonly number[]): string {
	const copy = [...bytes];
	for (const bit of new Set(turned)) copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
	return ipaddr.fromByteArray(copy).toString();
}
