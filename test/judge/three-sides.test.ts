import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import type { Cell, Prediction } from '../../src/model/plan.ts';
import type { Expectation } from '../../src/model/scenario.ts';
import { cellOf, codesOf } from './edit-history.ts';
import { build, replied, timedOut } from './history-builder.ts';

type Side = 'A' | 'B';
const expectationOf: Record<Side, 'allowed' | 'blocked'> = { A: 'allowed', B: 'blocked' };

/** The table of verdicts.md, line by line. */
const table: [
	declared: Side,
	predicted: Side,
	observed: Side,
	verdict: string,
	diagnosis: string | undefined,
	finding: string | undefined,
][] = [
	['B', 'B', 'B', 'enforced', undefined, undefined],
	['B', 'B', 'A', 'leak', 'engine', undefined],
	['B', 'A', 'A', 'leak', 'policy', undefined],
	['B', 'A', 'B', 'enforced', 'engine', 'engine-differs'],
	['A', 'A', 'A', 'enforced', undefined, undefined],
	['A', 'A', 'B', 'broken', 'engine', undefined],
	['A', 'B', 'B', 'broken', 'policy', undefined],
	['A', 'B', 'A', 'enforced', 'engine', 'engine-differs'],
];

function judged(expectation: Expectation, prediction: Prediction['verdict'], observed: Side, rest: Partial<Cell> = {}) {
	const cell: Partial<Cell> = { ...rest, expectation, prediction: { verdict: prediction, because: [] } };
	const { plan, events } = build({
		cells: [cell],
		behave: (_cell, purpose) => (purpose === 'declared' && observed === 'B' ? timedOut : replied),
	});
	return judge(plan, events);
}

describe('the three sides', () => {
	for (const [declared, predicted, observed, verdict, diagnosis, finding] of table) {
		it(`declared ${declared}, predicted ${predicted}, observed ${observed}: ${verdict}`, () => {
			const cell = cellOf(judged(expectationOf[declared], expectationOf[predicted], observed));
			expect({ verdict: cell.verdict, diagnosis: cell.diagnosis }).to.deep.equal({ verdict, diagnosis });
			expect(cell.findings.map(({ code }) => code)).to.deep.equal(finding === undefined ? [] : [finding]);
		});
	}

	for (const prediction of ['open', 'unknown'] as const) {
		it(`a prediction that is ${prediction} gives no diagnosis`, () => {
			expect(cellOf(judged('blocked', prediction, 'A'))).to.include({ verdict: 'leak', diagnosis: undefined });
			expect(cellOf(judged('allowed', prediction, 'B'))).to.include({ verdict: 'broken', diagnosis: undefined });
			expect(cellOf(judged('blocked', prediction, 'B')).findings).to.deep.equal([]);
		});

		it(`expect: predicted with a prediction that is ${prediction} leaves the cell out`, () => {
			const verdicts = judged('predicted', prediction, 'A');
			expect(codesOf(cellOf(verdicts))).to.deep.equal(['left-out']);
			expect(verdicts.scenarios[0]).to.include({ verdict: 'inconclusive' });
			expect(verdicts).to.include({ verdict: 'inconclusive', exitCode: 2 });
		});
	}

	it('expect: predicted is judged as what is predicted', () => {
		expect(cellOf(judged('predicted', 'blocked', 'A'))).to.include({ verdict: 'leak', diagnosis: 'engine' });
		expect(cellOf(judged('predicted', 'blocked', 'B'))).to.include({ verdict: 'enforced', expectation: 'predicted' });
		expect(cellOf(judged('predicted', 'allowed', 'A'))).to.include({ verdict: 'enforced', diagnosis: undefined });
		expect(cellOf(judged('predicted', 'allowed', 'B'))).to.include({ verdict: 'broken', diagnosis: 'engine' });
	});

	it('a cell that is left out does not change what the others come to', () => {
		const { plan, events } = build({ cells: [{}, { expectation: 'predicted', port: 53 }] });
		expect(judge(plan, events)).to.include({ verdict: 'enforced', exitCode: 0 });
	});

	it('expect: observe takes no stance, and says what is missing', () => {
		expect(cellOf(judged('observe', 'unknown', 'A'))).to.include({ verdict: 'observed', diagnosis: undefined });
		const closed = judged('observe', 'unknown', 'B');
		expect(codesOf(cellOf(closed))).to.deep.equal(['observed-closed']);
		expect(closed).to.include({ verdict: 'observed', exitCode: 2 });
		expect(codesOf(closed)).to.deep.equal(['nothing-enforced']);
	});

	it('expect: unprotected is the declared hole when the token arrives, and better protected with proof otherwise', () => {
		expect(cellOf(judged('unprotected', 'unknown', 'A', { reason: 'legacy' })).verdict).to.equal('unprotected');
		const better = cellOf(judged('unprotected', 'unknown', 'B'));
		expect(better).to.include({ verdict: 'enforced', proof: 'bracketed' });
		expect(better.findings.map(({ code }) => code)).to.deep.equal(['better-protected']);
		const { plan, events } = build({
			cells: [{ expectation: 'unprotected' }],
			behave: (_cell, purpose) => (purpose === 'reopen' ? replied : timedOut),
		});
		expect(cellOf(judge(plan, events)).verdict).to.equal('inconclusive');
	});
});
