import { expect } from 'chai';
import fc from 'fast-check';
import { assignShards } from '../../src/plan/shard-plan.ts';

const sizes = fc.dictionary(fc.string({ minLength: 1 }), fc.integer({ min: 0, max: 500 }), { minKeys: 1, maxKeys: 40 });

describe('shards', () => {
	it('each scenario is in exactly one, none is empty, and none has more than the heaviest scenario above another', () => {
		fc.assert(
			fc.property(sizes, fc.integer({ min: 1, max: 12 }), (cells, wanted) => {
				const entries = Object.entries(cells);
				const shards = Math.min(wanted, entries.length);
				const assigned = assignShards(new Map(entries), shards);
				expect(assigned.size).to.equal(entries.length);
				const loads = Array.from({ length: shards }, (_, place) =>
					entries.filter(([name]) => assigned.get(name) === place + 1).map(([, count]) => Math.max(count, 1)),
				);
				const sums = loads.map((some) => some.reduce((sum, count) => sum + count, 0));
				expect(loads.every((some) => some.length > 0)).to.equal(true);
				const heaviest = Math.max(1, ...entries.map(([, count]) => count));
				expect(Math.max(...sums) - Math.min(...sums)).to.be.at.most(heaviest);
			}),
		);
	});

	it('does not depend on the order in which scenarios are read', () => {
		fc.assert(
			fc.property(sizes, fc.integer({ min: 1, max: 6 }), (cells, shards) => {
				const entries = Object.entries(cells);
				const sorted = (map: Map<string, number>) => [...map].sort(([one], [other]) => (one < other ? -1 : 1));
				expect(sorted(assignShards(new Map(entries), shards))).to.deep.equal(
					sorted(assignShards(new Map(entries.toReversed()), shards)),
				);
			}),
		);
	});
});
