import { expect } from 'chai';
import type { CellVerdict, ChaosMeasures } from '../../src/model/verdict.ts';
import { summaryFacts } from '../../src/report/summary-facts.ts';
import { allowedCell, sampleCell, sampleRun, sampleScenario } from './sample-verdicts.ts';

const measures: ChaosMeasures = {
	...{ name: 'restart-enforcer', fault: 'restart-enforcer', rounds: 1, every: 20, left: 0, clockError: 0 },
	...{ forbidden: { time: 61_500, covered: 1, gap: 40 }, allowed: { time: 0, covered: 1 } },
	...{ leaks: [], outages: [], leakWindows: 0, outageWindows: 0, stretches: [], changes: [] },
};

const path = (given: Partial<ChaosMeasures> = {}, cell: Partial<CellVerdict> = {}) =>
	allowedCell({ expectation: 'predicted', ...cell, chaos: { ...measures, ...given } });

describe('the facts of a run', () => {
	const factsOf = (...cells: CellVerdict[]) =>
		Object.fromEntries(summaryFacts(sampleRun([sampleScenario('around-a-fault', cells)])));

	it('of paths around faults: for how long they were forbidden, and whether something got through', () => {
		const { proof, faults } = factsOf(path(), path());
		expect(faults).to.equal('2 paths forbidden for 2 min 3 s in all around faults: no token got through');
		expect(proof).to.equal(undefined);
		expect(factsOf(path({ leakWindows: 2 }, { verdict: 'leak' })).faults).to.match(
			/: tokens got through in 2 windows$/,
		);
		const both = factsOf(
			path({ leakWindows: 1 }, { verdict: 'leak' }),
			path({ leakWindows: 3 }, { verdict: 'observed' }),
		);
		expect(both.faults).to.match(/: tokens got through in 1 window, and in 3 windows where that is only observed$/);
	});

	it('nothing of faults without them, and nothing of what was never forbidden', () => {
		expect(factsOf(sampleCell()).faults).to.equal(undefined);
		const allowed = factsOf(path({ forbidden: { time: 0, covered: 1, gap: 0 } }));
		expect(allowed).to.include({ proof: 'no cell was shown to be blocked' });
		expect(allowed.faults).to.equal(undefined);
	});
});
