import { expect } from 'chai';
import { changeKinds, diffRuns } from '../../src/gate/diff-runs.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { sampleCell, sampleRun, sampleScenario } from '../report/sample-verdicts.ts';

const runOf = (cells: Record<string, Verdict>) =>
	sampleRun([
		sampleScenario(
			's',
			Object.entries(cells).map(([from, verdict]) => sampleCell({ from, verdict })),
		),
	]);

describe('the difference between two runs', () => {
	it('tells new, fixed, changed, added and gone cells', () => {
		const { changes, exitCode } = diffRuns(
			runOf({ a: 'enforced', b: 'leak', c: 'leak', d: 'enforced', same: 'leak', e: 'broken', f: 'leak' }),
			runOf({ a: 'leak', b: 'enforced', c: 'inconclusive', g: 'enforced', same: 'leak', e: 'broken', f: 'skipped' }),
		);
		const named = changeKinds.map((kind) => [
			kind,
			changes[kind].map(({ id }) => id.replace(/^s\/connect\/(\w+)→.*/, '$1')),
		]);
		expect(Object.fromEntries(named)).to.deep.equal({
			new: ['a'],
			fixed: ['b'],
			changed: ['c', 'f'],
			added: ['g'],
			gone: ['d'],
		});
		expect(exitCode).to.equal(1);
	});

	it('ends with 1 for what leaks or breaks now, 2 for what is newly unclear, 0 otherwise', () => {
		const code = (before: Record<string, Verdict>, after: Record<string, Verdict>) =>
			diffRuns(runOf(before), runOf(after)).exitCode;
		expect(code({ a: 'leak' }, { a: 'leak' })).to.equal(0);
		expect(code({ a: 'leak' }, { a: 'enforced' })).to.equal(0);
		expect(code({ a: 'enforced' }, { a: 'inconclusive' })).to.equal(2);
		expect(code({ a: 'inconclusive' }, { a: 'broken' })).to.equal(1);
		expect(code({}, { a: 'leak' })).to.equal(1);
		expect(code({ a: 'leak' }, {})).to.equal(0);
	});
});
