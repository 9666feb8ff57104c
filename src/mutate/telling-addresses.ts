import ipaddr from 'ipaddr.js';
import type { IpFamily } from '../model/address.ts';

/** Addresses that tell a range from its neighbours, its halves, and its exceptions. Literal ranges only. */
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
	return [...texts].map((text) => ({ family: ipaddr.parse(text).kind(), address: text }));
}

/** With these bits turned over. */
function withBits(bytes: readonly number[], turned: readonly number[]): string {
	const copy = [...bytes];
	for (const bit of new Set(turned)) copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
	return ipaddr.fromByteArray(copy).toString();
}
