import ipaddr from 'ipaddr.js';
import type { IpFamily } from '../../model/address.ts';

/** Both ends included. */
export interface AddressRange {
	family: IpFamily;
	first: bigint;
	last: bigint;
}

export function isCidr(text: string): boolean {
	return ipaddr.isValidCIDR(text);
}

/** Host bits are ignored, as engines do. `cidr` has to be one (`isCidr`). */
export function rangeOfCidr(cidr: string): AddressRange {
	// Not ipaddr.parseCIDR: it tries one family after the other by exceptions, which takes a second for 100,000 peers.
	const [address, prefix] = cidr.includes(':') ? ipaddr.IPv6.parseCIDR(cidr) : ipaddr.IPv4.parseCIDR(cidr);
	const bits = address.kind() === 'ipv4' ? 32 : 128;
	const size = 1n << BigInt(bits - prefix);
	const first = (toNumber(address) / size) * size;
	return { family: address.kind(), first, last: first + size - 1n };
}

export function rangeOfAddress(text: string): AddressRange {
	const address = ipaddr.parse(text);
	const number = toNumber(address);
	return { family: address.kind(), first: number, last: number };
}

/** What is left of a range without others of any family. */
export function subtract(range: AddressRange, holes: readonly AddressRange[]): AddressRange[] {
	let left = [range];
	for (const hole of holes) {
		if (hole.family !== range.family) continue;
		left = left.flatMap((part) => {
			if (hole.last < part.first || hole.first > part.last) return [part];
			const before = { ...part, last: hole.first - 1n };
			const after = { ...part, first: hole.last + 1n };
			return [before, after].filter(({ first, last }) => first <= last);
		});
	}
	return left;
}

/** Sorted and disjoint, touching ranges joined: what an nftables interval set can hold. One family only. */
export function merge(ranges: readonly AddressRange[]): AddressRange[] {
	const sorted = ranges.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
	const merged: AddressRange[] = [];
	for (const range of sorted) {
		const previous = merged.at(-1);
		if (previous && range.first <= previous.last + 1n) {
			if (range.last > previous.last) previous.last = range.last;
		} else {
			merged.push({ ...range });
		}
	}
	return merged;
}

/** As nftables writes it: `10.0.0.1` or `10.0.0.1-10.0.0.9`. */
export function rangeText({ family, first, last }: AddressRange): string {
	return first === last ? addressText(family, first) : `${addressText(family, first)}-${addressText(family, last)}`;
}

function addressText(family: IpFamily, number: bigint): string {
	const length = family === 'ipv4' ? 4 : 16;
	const bytes = Array.from({ length }, (_, index) => Number((number >> BigInt(8 * (length - 1 - index))) & 255n));
	return ipaddr.fromByteArray(bytes).toString();
}

function toNumber(address: ipaddr.IPv4 | ipaddr.IPv6): bigint {
	return address.toByteArray().reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}
