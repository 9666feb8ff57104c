import { expect } from 'chai';
import { boundCells } from '../../src/report/bound-cells.ts';
import { leakedCell, sampleCell, sampleRun, sampleScenario } from './sample-verdicts.ts';

describe('the worst cells of a large run', () => {
	const well = Array.from({ length: 5 }, (_, index) => sampleCell({ from: `well-${index}` }));
	const run = sampleRun([sampleScenario('a', well), sampleScenario('b', [...well, leakedCell({ from: 'leaky' })])]);

	it('are all of them where there is room', () => {
		expect(boundCells(run, 11)).to.deep.equal({ run, leftOut: 0 });
	});

	it('are the leaks first, wherever they stand; counts stay those of the whole', () => {
		const bounded = boundCells(run, 3);
		expect(bounded.leftOut).to.equal(8);
		expect(bounded.run.counts).to.deep.equal(run.counts);
		expect(bounded.run.scenarios.map(({ cells }) => cells.map(({ from }) => from))).to.deep.equal([
			['well-0', 'well-1'],
			['leaky'],
		]);
	});
});
