import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import { build } from './history-builder.ts';

describe('judge', () => {
	it('finds a correct run enforced, with the proof and the evidence', () => {
		const { plan, events } = build();
		const verdicts = judge(plan, events);
		const [scenario] = verdicts.scenarios;
		expect(scenario?.cells.map(({ verdict, reasons }) => ({ verdict, reasons }))).to.deep.equal([
			{
				verdict: 'enforced',
				reasons: [
					{
						code: 'blocked-bracketed',
						text: 'no try came through; the same path was open before the policies and again after them',
					},
				],
			},
			{ verdict: 'enforced', reasons: [{ code: 'allowed-replied', text: 'the target answered (3 of 3 tries)' }] },
		]);
		expect(scenario?.cells[0]?.proof).to.equal('bracketed');
		expect(scenario?.cells[0]?.controls.every(({ held }) => held)).to.equal(true);
		expect(verdicts).to.include({ verdict: 'enforced', exitCode: 0, complete: true, run: 'run-1' });
	});
});
