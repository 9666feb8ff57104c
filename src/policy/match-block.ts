import type { IpFamily } from '../model/address.ts';
import {
	type AddressBlock,
	areDisjoint,
	holdsRange,
	type LiteralRange,
	readBlock,
	readLiteral,
} from './address-block.ts';
import { type Place, placeOfReference } from './place.ts';
import { allOf, anyOf, negated, type Truth, truthOf } from './truth.ts';
import type { AddressFact, World } from './world.ts';

/** An ipBlock, read once. */
export interface Block {
	cidr: AddressBlock;
	except: AddressBlock[];
}

export function readIpBlock({ cidr, except }: { cidr: string; except?: string[] }): Block {
	return { cidr: readBlock(cidr), except: (except ?? []).map(readBlock) };
}

/** API reference, IPBlock: in `cidr`, and in none of `except`. An exception narrows its own block only. */
export function blockHolds({ cidr, except }: Block, place: Place, world: World, family: IpFamily): Truth {
	const excepted = anyOf(except.map((range) => rangeHolds(range, place, world, family)));
	return allOf([rangeHolds(cidr, place, world, family), negated(excepted)]);
}

function rangeHolds(block: AddressBlock, place: Place, world: World, family: IpFamily): Truth {
	switch (block.is) {
		case 'literal':
			// Each family is judged alone: a range of IPv4 holds no IPv6 address.
			return block.family === family ? literalHolds(block.range, place) : 'no';
		case 'reference':
			return referenceHolds(block, place, world, family);
		case 'unreadable':
			return 'unknown';
	}
}

function literalHolds(range: LiteralRange, { fact, anyAddress }: Place): Truth {
	if (range.prefix === 0) return 'yes';
	if (anyAddress) return 'open';
	const known = rangesOf(fact);
	if (known.length === 0) return 'unknown';
	if (known.every((one) => one && holdsRange(range, one))) return 'yes';
	return known.every((one) => one && areDisjoint(range, one)) ? 'no' : 'unknown';
}

/** An address is held against every block of every rule, so it is read once. */
const read = new WeakMap<AddressFact, (LiteralRange | undefined)[]>();

function rangesOf(fact: AddressFact): (LiteralRange | undefined)[] {
	let ranges = read.get(fact);
	if (!ranges) {
		const texts = fact.exact === undefined ? (fact.within ?? []) : [fact.exact];
		ranges = texts.map((text) => readLiteral(text)?.range);
		read.set(fact, ranges);
	}
	return ranges;
}

function referenceHolds(
	{ reference, prefix }: Extract<AddressBlock, { is: 'reference' }>,
	place: Place,
	world: World,
	family: IpFamily,
): Truth {
	if (reference.kind === 'cluster') {
		if (reference.field.endsWith('v4') !== (family === 'ipv4')) return 'no';
		return prefix === undefined ? clusterRangeHolds(reference.field, place, world) : 'unknown';
	}
	const target = placeOfReference(reference, world, family);
	if (!target || !('field' in reference)) return 'unknown';
	if (reference.field !== family) return 'no';
	if (prefix === 0) return 'yes';
	const size = family === 'ipv4' ? 32 : 128;
	if (prefix === undefined || prefix === size) return isSameAddress(target, place);
	if (target.fact.exact !== undefined) {
		const literal = readLiteral(`${target.fact.exact}/${prefix}`);
		return literal ? literalHolds(literal.range, place) : 'unknown';
	}
	return !place.anyAddress && isSameAddress(target, place) === 'yes' ? 'yes' : 'unknown';
}

function clusterRangeHolds(field: keyof World['ranges'], place: Place, world: World): Truth {
	const range = world.ranges[field];
	const own = field.startsWith('podCIDR') ? 'pods' : 'services';
	// A pod's address is out of the pods' range by definition, a Service's out of the Services'; the two don't overlap.
	if (place.kind === own) return 'yes';
	if (place.kind === 'pods' || place.kind === 'services') return 'no';
	const literal = range === undefined ? undefined : readLiteral(range);
	return literal ? literalHolds(literal.range, place) : place.anyAddress ? 'open' : 'unknown';
}

function isSameAddress(target: Place, place: Place): Truth {
	if (target.kind === place.kind && target.name !== undefined && target.name === place.name) {
		return place.anyAddress ? 'open' : 'yes';
	}
	if (target.fact.exact !== undefined && place.fact.exact !== undefined && !place.anyAddress) {
		const [one, other] = [readLiteral(target.fact.exact), readLiteral(place.fact.exact)];
		return one && other ? truthOf(holdsRange(one.range, other.range)) : 'unknown';
	}
	if (target.kind === 'elsewhere' || place.kind === 'elsewhere') return 'unknown';
	if (target.kind !== place.kind) return 'no';
	if (target.name === undefined || place.name === undefined) return 'unknown';
	return target.reused || place.reused ? 'unknown' : 'no';
}
