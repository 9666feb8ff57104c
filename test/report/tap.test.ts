import { expect } from 'chai';
import { Parser } from 'tap-parser';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { renderTap } from '../../src/report/tap.ts';
import { hostileRun, leakedCell, sampleCell, sampleRun, sampleScenario, sixPods } from './sample-verdicts.ts';

interface Point {
	ok: boolean;
	name: string;
	skip: string | boolean;
	diag?: Record<string, unknown>;
}

/** What another program's parser makes of it, in its strict mode, where everything that is no TAP is a failure. */
function parse(run: RunVerdicts): { ok: boolean; bailout: string | boolean; suites: Point[]; points: Point[] } {
	const parser = new Parser({ strict: true });
	const suites: Point[] = [];
	const points: Point[] = [];
	let bailout: string | boolean = false;
	const read = (result: object): Point => result as Point;
	parser.on('assert', (result) => suites.push(read(result)));
	parser.on('child', (child) => child.on('assert', (result: object) => points.push(read(result))));
	parser.on('bailout', (reason) => {
		bailout = reason;
	});
	parser.end(renderTap(run));
	return { ok: parser.ok, bailout, suites, points };
}

describe('TAP report', () => {
	it('has a subtest per scenario and a point per cell, and no line that a strict reader refuses', () => {
		const { ok, suites, points } = parse(
			sampleRun([sampleScenario('one', [sampleCell()]), sampleScenario('two', [sampleCell(), leakedCell()])]),
		);
		expect(ok).to.equal(false);
		expect(suites.map(({ name, ok: passed }) => [name, passed])).to.deep.equal([
			['one', true],
			['two', false],
		]);
		expect(points.map(({ ok: passed }) => passed)).to.deep.equal([true, true, false]);
		expect(parse(sampleRun([sampleScenario('one', [sampleCell()])])).ok).to.equal(true);
	});

	it('says what was declared, predicted and observed, and how to repeat it', () => {
		const { points } = parse(sampleRun([sampleScenario('one', [leakedCell()])]));
		expect(points[0]?.diag).to.include({ verdict: 'leak', declared: 'blocked', evidence: 'history.jsonl:41,44-46' });
		expect(points[0]?.diag?.['repeat']).to.match(/^gatecrash run .* --grep '/);
	});

	it('calls skipped cells skipped, with the reason', () => {
		const reasons = [{ code: 'skipped', text: 'the cluster has no IPv6 # here' }];
		const { ok, points } = parse(sampleRun([sampleScenario('one', [sampleCell({ verdict: 'skipped', reasons })])]));
		expect(points[0]?.skip).to.equal('the cluster has no IPv6 # here');
		expect(ok).to.equal(true);
	});

	it('fails for a run without an answer, and bails out of one that was cut off', () => {
		expect(parse(sampleRun([], { verdict: 'inconclusive' })).ok).to.equal(false);
		const reasons = [{ code: 'run-unfinished', text: 'the run was killed' }];
		const cut = parse(sampleRun([sampleScenario('one', [sampleCell()])], { complete: false, reasons }));
		expect(cut).to.include({ ok: false, bailout: 'the run was killed' });
	});

	it('loses no point and gains none, whatever the texts hold', () => {
		const run = hostileRun();
		expect(parse(run).points).to.have.length(2);
		expect(parse(sampleRun([sampleScenario('six', sixPods())])).points).to.have.length(60);
	});
});
