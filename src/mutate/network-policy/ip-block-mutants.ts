import ipaddr from 'ipaddr.js';
import { familyOf, findReferences } from '../../model/reference.ts';
import { type Edit, type FieldPath, removing, setting } from '../mutant.ts';

interface BlockText {
	cidr: string;
	except?: string[];
}

/** Of a peer's ipBlock at `at`. What is a reference can't be widened by a bit: nobody knows yet what lies beside it. */
export function ipBlockMutants({ cidr, except = [] }: BlockText, at: FieldPath): Edit[] {
	const edits: Edit[] = except.map((_, index) => removing('drop-except', [...at, 'except', index]));
	const whole = wholeFamily(cidr);
	const field = [...at, 'cidr'];
	if (whole !== undefined && whole !== cidr) edits.push(setting('everywhere', field, whole));
	const literal = ipaddr.isValidCIDR(cidr) ? ipaddr.parseCIDR(cidr) : undefined;
	if (!literal) return edits;
	const [address, prefix] = literal;
	const bits = address.kind() === 'ipv4' ? 32 : 128;
	// A prefix of 0 is `everywhere`.
	if (prefix > 1) edits.push(setting('widen-block', field, network(cidr, prefix - 1)));
	if (prefix < bits) {
		const narrower = network(cidr, prefix + 1);
		// The API server refuses exceptions that are not within their range.
		const kept = except.filter((one) => !ipaddr.isValidCIDR(one) || isStrictlyWithin(one, narrower));
		const block = except.length === 0 ? { cidr: narrower } : { cidr: narrower, except: kept };
		edits.push({ operator: 'narrow-block', field, steps: [{ set: at, value: block }] });
	}
	return edits;
}

function wholeFamily(cidr: string): string | undefined {
	const [reference] = findReferences(cidr);
	if (!reference) return cidr.includes(':') ? '::/0' : '0.0.0.0/0';
	const family = reference.reference && familyOf(reference.reference);
	return family && (family === 'ipv6' ? '::/0' : '0.0.0.0/0');
}

/** The range of this prefix in which the address of a CIDR lies. */
function network(cidr: string, prefix: number): string {
	const [address] = ipaddr.parseCIDR(cidr);
	const text = `${address.toString()}/${prefix}`;
	const first =
		address.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text);
	return `${first.toString()}/${prefix}`;
}

function isStrictlyWithin(inner: string, outer: string): boolean {
	const [address, prefix] = ipaddr.parseCIDR(inner);
	const [range, length] = ipaddr.parseCIDR(outer);
	return address.kind() === range.kind() && prefix > length && address.match(range, length);
}
