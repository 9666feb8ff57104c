import { expect } from 'chai';
import { groupNights } from '../../src/gate/nights.ts';

const hour = 60 * 60 * 1000;
const at = (hours: number) => ({ hours, startedAt: new Date(hours * hour).toISOString() });
const grouped = (hours: number[], span = 12) =>
	groupNights(hours.map(at), span * hour).map((night) => night.map((run) => run.hours));

describe('nights', () => {
	it('a night is its last run and what began within the span before it, whatever day it is', () => {
		expect(grouped([22, 23, 26, 47, 50])).to.deep.equal([
			[22, 23, 26],
			[47, 50],
		]);
	});

	it('is measured from the last run, so that runs at short distance don’t chain into one night', () => {
		expect(grouped([0, 8, 16, 24])).to.deep.equal([
			[0, 8],
			[16, 24],
		]);
	});

	it('takes runs in any order, and none', () => {
		expect(grouped([50, 22])).to.deep.equal([[22], [50]]);
		expect(grouped([])).to.deep.equal([]);
	});
});
