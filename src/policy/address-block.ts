import ipaddr from 'ipaddr.js';
import type { IpFamily } from '../model/address.ts';
import { findReferences, type Reference } from '../model/reference.ts';

/** An ipBlock's text, read once. References may not have been substituted yet. */
export type AddressBlock =
	| { is: 'literal'; family: IpFamily; range: LiteralRange }
	/** `prefix` undefined: the text is the reference alone. */
	| { is: 'reference'; reference: Reference; prefix: number | undefined }
	| { is: 'unreadable' };

export interface LiteralRange {
	bytes: number[];
	prefix: number;
}

const symbolic = /^(\$\([^()]*\))(?:\/(\d{1,3}))?$/;

export function readBlock(text: string): AddressBlock {
	const [, whole, prefix] = symbolic.exec(text) ?? [];
	if (whole !== undefined) {
		const reference = findReferences(whole)[0]?.reference;
		if (!reference) return { is: 'unreadable' };
		return { is: 'reference', reference, prefix: prefix === undefined ? undefined : Number(prefix) };
	}
	return readLiteral(text) ?? { is: 'unreadable' };
}

export function readLiteral(text: string): Extract<AddressBlock, { is: 'literal' }> | undefined {
	const withPrefix = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
	if (!ipaddr.isValidCIDR(withPrefix)) return undefined;
	const [address, prefix] = ipaddr.parseCIDR(withPrefix);
	return { is: 'literal', family: address.kind(), range: { bytes: address.toByteArray(), prefix } };
}

/** Whether the outer range holds all of the inner one. */
export function holdsRange(outer: LiteralRange, inner: LiteralRange): boolean {
	return inner.prefix >= outer.prefix && sharesBits(outer, inner, outer.prefix);
}

export function areDisjoint(one: LiteralRange, other: LiteralRange): boolean {
	return !sharesBits(one, other, Math.min(one.prefix, other.prefix));
}

function sharesBits(one: LiteralRange, other: LiteralRange, bits: number): boolean {
	if (one.bytes.length !== other.bytes.length) return false;
	for (let index = 0; index * 8 < bits; index += 1) {
		const mask = 0xff & (0xff << Math.max(0, 8 - (bits - index * 8)));
		if (((one.bytes[index] ?? 0) & mask) !== ((other.bytes[index] ?? 0) & mask)) return false;
	}
	return true;
}
