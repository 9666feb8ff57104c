import { expect } from 'chai';
import { allOf, anyOf, negated, type Truth, underEachReading } from '../../src/policy/truth.ts';

describe('truth with two middle values', () => {
	const table: [Truth, Truth, Truth, Truth, Truth][] = [
		// one, other, both, either, under each reading
		['yes', 'yes', 'yes', 'yes', 'yes'],
		['yes', 'no', 'no', 'yes', 'open'],
		['no', 'no', 'no', 'no', 'no'],
		['yes', 'open', 'open', 'yes', 'open'],
		['no', 'open', 'no', 'open', 'open'],
		['yes', 'unknown', 'unknown', 'yes', 'unknown'],
		['no', 'unknown', 'no', 'unknown', 'unknown'],
		['open', 'unknown', 'unknown', 'unknown', 'unknown'],
		['open', 'open', 'open', 'open', 'open'],
	];
	for (const [one, other, both, either, each] of table) {
		it(`${one} with ${other}`, () => {
			for (const pair of [
				[one, other],
				[other, one],
			] as [Truth, Truth][]) {
				expect(allOf(pair)).to.equal(both);
				expect(anyOf(pair)).to.equal(either);
				expect(underEachReading(pair)).to.equal(each);
				// De Morgan: what is negated outside and inside is the same.
				expect(negated(allOf(pair.map(negated)))).to.equal(either);
			}
		});
	}

	it('of nothing: all of them, none of them', () => {
		expect([allOf([]), anyOf([])]).to.deep.equal(['yes', 'no']);
	});
});
