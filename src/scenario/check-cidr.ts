import ipaddr from 'ipaddr.js';
import { findReferences, type Reference, substituteReferences } from '../model/reference.ts';
import type { DocumentPath } from './document-path.ts';
import type { Problems } from './problems.ts';

/**
 * Checks an ipBlock. References stand for addresses that only a cluster knows, so a range that holds one is checked
 * with a documentation address in its place, and only literal ranges are compared with each other.
 */
export function checkCidr(cidr: string, except: readonly string[], path: DocumentPath, problems: Problems): void {
	const outer = parseRange(cidr, [...path, 'cidr'], problems);
	for (const [index, text] of except.entries()) {
		const at = [...path, 'except', index];
		const inner = parseRange(text, at, problems);
		if (!outer || !inner) continue;
		const add = (message: string): void => {
			problems.add(at, { code: 'bad-cidr', message, hint: 'except must lie within cidr, and be smaller' });
		};
		if (inner.kind !== outer.kind) add(`${text} and ${cidr} are of different address families`);
		else if (inner.literal && outer.literal && (inner.bits <= outer.bits || !contains(outer, inner)))
			add(`${text} is not within ${cidr}`);
	}
}

/** Checks one range that stands by itself. */
export function checkRange(text: string, path: DocumentPath, problems: Problems): void {
	parseRange(text, path, problems);
}

interface Range {
	kind: 'ipv4' | 'ipv6';
	network: ipaddr.IPv4 | ipaddr.IPv6;
	bits: number;
	literal: boolean;
}

function parseRange(text: string, path: DocumentPath, problems: Problems): Range | undefined {
	const literal = findReferences(text).length === 0;
	const { value } = substituteReferences(text, placeholder);
	// what `$(` is left is reported as an unknown reference
	if (value.includes('$(')) return undefined;
	const add = (message: string, hint: string): void => problems.add(path, { code: 'bad-cidr', message, hint });
	const [address = '', prefix] = value.split('/');
	if (prefix === undefined && ipaddr.isValid(address)) {
		const bits = address.includes(':') ? 128 : 32;
		add(`${text} is an address, not a range`, `write ${text}/${bits} for this address alone`);
		return undefined;
	}
	const four = ipaddr.IPv4.isValidFourPartDecimal(address) && ipaddr.IPv4.isValidCIDR(value);
	// leading zeros are octal to some readers: 010.0.0.0 (Go refuses them, CVE-2021-29923)
	if (
		(!four && !(address.includes(':') && ipaddr.IPv6.isValidCIDR(value))) ||
		/(?:^|\.)0\d/.test(address) ||
		/^0\d/.test(prefix ?? '')
	) {
		add(
			`${JSON.stringify(text)} is not an address range`,
			'write it as 10.0.0.0/8, 2001:db8::/32 or $(pods.NAME.ipv4)/32',
		);
		return undefined;
	}
	const [network, bits] = ipaddr.parseCIDR(value);
	const first =
		network.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(value) : ipaddr.IPv6.networkAddressFromCIDR(value);
	if (literal && first.toString() !== network.toString()) {
		problems.add(path, {
			code: 'bad-cidr',
			message: `${text} has address bits behind its prefix`,
			hint: `it means ${first.toString()}/${bits}`,
			severity: 'warning',
		});
	}
	return { kind: network.kind(), network, bits, literal };
}

function placeholder(reference: Reference): string | undefined {
	if (!('field' in reference)) return undefined;
	if (reference.kind === 'cluster') return reference.field.endsWith('v4') ? '192.0.2.0/24' : '2001:db8::/64';
	return reference.field === 'ipv4' ? '192.0.2.1' : '2001:db8::1';
}

function contains(outer: Range, inner: Range): boolean {
	if (outer.network instanceof ipaddr.IPv4)
		return inner.network instanceof ipaddr.IPv4 && inner.network.match(outer.network, outer.bits);
	return inner.network instanceof ipaddr.IPv6 && inner.network.match(outer.network, outer.bits);
}
