import { expect } from 'chai';
import { combineExitCode } from '../../src/cli/exit-code.ts';
import { judgedExitCode } from '../../src/cli/strictness.ts';
import {
	allowedCell,
	inconclusiveCell,
	leakedCell,
	sampleCell,
	sampleRun,
	sampleScenario,
} from '../report/sample-verdicts.ts';

describe('exit codes', () => {
	it('1 wins over 3 over 2 over 0', () => {
		expect(([0, 1, 2] as const).map((judged) => combineExitCode(judged, 'completed'))).to.deep.equal([0, 1, 2]);
		expect(([0, 1, 2] as const).map((judged) => combineExitCode(judged, 'world-failed'))).to.deep.equal([3, 1, 3]);
	});

	it('an interruption and a bug are told, whatever was judged', () => {
		for (const judged of [0, 1, 2] as const) {
			expect(combineExitCode(judged, 'SIGINT')).to.equal(130);
			expect(combineExitCode(judged, 'SIGTERM')).to.equal(143);
			expect(combineExitCode(judged, 'bug')).to.equal(70);
		}
	});

	const run = (...cells: Parameters<typeof sampleScenario>[1]) => sampleRun([sampleScenario('one', cells)]);
	const lenient = { strict: false, maxSkipped: undefined };
	const strict = { strict: true, maxSkipped: undefined };

	it('--strict makes inconclusive a failure, and leaves the rest', () => {
		expect(judgedExitCode(run(inconclusiveCell()), lenient).code).to.equal(2);
		expect(judgedExitCode(run(inconclusiveCell()), strict).code).to.equal(1);
		expect(judgedExitCode(run(leakedCell()), strict).code).to.equal(1);
		expect(judgedExitCode(run(sampleCell(), allowedCell()), strict).code).to.equal(0);
	});

	it('--strict wants bracketed proof and an engine that agrees with the text', () => {
		const contrast = run(sampleCell({ proof: 'contrast' }));
		expect(judgedExitCode(contrast, lenient).code).to.equal(0);
		expect(judgedExitCode(contrast, strict)).to.deep.include({ code: 1 }).and.property('why').to.have.length(1);
		const differing = run(sampleCell({ findings: [{ code: 'engine-differs', text: 'engine differs from the text' }] }));
		expect(judgedExitCode(differing, lenient).code).to.equal(0);
		expect(judgedExitCode(differing, strict).code).to.equal(1);
	});

	it('--max-skipped makes too many skipped cells inconclusive', () => {
		const skipped = run(sampleCell(), sampleCell({ verdict: 'skipped' }));
		expect(judgedExitCode(skipped, { strict: false, maxSkipped: 1 }).code).to.equal(0);
		expect(judgedExitCode(skipped, { strict: false, maxSkipped: 0 }).code).to.equal(2);
		expect(judgedExitCode(skipped, { strict: true, maxSkipped: 0 }).code).to.equal(1);
	});
});
