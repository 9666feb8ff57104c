import { expect } from 'chai';
import type { CellVerdict, RunVerdicts, WireEvidence } from '../../src/model/verdict.ts';
import { renderConsole } from '../../src/report/console.ts';
import { renderHtml } from '../../src/report/html/html.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { describeWire } from '../../src/report/wire.ts';
import { allowedCell, leakedCell, sampleRun, sampleScenario } from './sample-verdicts.ts';

const readable: WireEvidence = { state: 'readable', readable: 3, tries: 3 };
const absent: WireEvidence = { state: 'absent', readable: 0, tries: 3 };
const unknown: WireEvidence = { state: 'unknown', readable: 0, tries: 3 };

function cell(kind: 'plaintext' | 'mtls', wire?: WireEvidence, given: Partial<CellVerdict> = {}): CellVerdict {
	return allowedCell({ id: `s/${kind}/a→b:80/tcp/ipv4`, kind, from: 'a', to: 'b', ...(wire && { wire }), ...given });
}

function runOf(cells: CellVerdict[], wireCapture = true): RunVerdicts {
	const run = sampleRun([sampleScenario('strict', cells)]);
	return run.cluster ? { ...run, cluster: { ...run.cluster, ...(wireCapture && { wireCapture }) } } : run;
}

const text = (run: RunVerdicts) => renderConsole(run, { colour: false, verbose: false }).replaceAll(/\s+/g, ' ');

describe('reports of what could be read on the wire', () => {
	it('both counts in one line', () => {
		expect(describeWire([cell('plaintext', readable), cell('plaintext', readable), cell('mtls', absent)])).to.equal(
			'6 of 6 plaintext tokens seen, 0 of 3 mutual TLS tokens',
		);
	});

	it('declared holes apart from what should be unreadable', () => {
		const hole = cell('mtls', readable, { expectation: 'unprotected' });
		expect(describeWire([cell('mtls', absent), hole])).to.equal(
			'0 of 3 mutual TLS tokens, 3 of 3 of sidecars where mutual TLS is not declared',
		);
	});

	it('cells of which nothing can be said are counted, not left out', () => {
		expect(describeWire([cell('plaintext', readable), cell('mtls', unknown)])).to.equal(
			'3 of 3 plaintext tokens seen; nothing can be said of 1 cell',
		);
	});

	it('nothing where nothing is declared of it', () => {
		expect(describeWire([cell('plaintext', readable), allowedCell()])).to.equal(undefined);
		expect(text(runOf([allowedCell()]))).to.not.contain(' wire ');
	});

	it('no evidence where a cluster has nobody to look', () => {
		expect(text(runOf([cell('mtls')], false))).to.contain(
			'wire no evidence was taken: packets can’t be captured on this cluster',
		);
	});

	const both = runOf([cell('plaintext', readable), cell('mtls', absent)]);
	const line = '3 of 3 plaintext tokens seen, 0 of 3 mutual TLS tokens';
	for (const [format, rendered] of Object.entries({
		console: text(both),
		markdown: renderMarkdown(both),
		junit: renderJunit(both),
		html: renderHtml(both),
	})) {
		it(`${format} has them`, () => expect(rendered.replaceAll('\\', '')).to.contain(line));
	}

	it('a finding says how many of its tokens were seen', () => {
		const leak = leakedCell({ id: 's/mtls/a→b:80/tcp/ipv4', kind: 'mtls', expectation: 'allowed', wire: readable });
		expect(text(runOf([leak]))).to.contain('on the wire 3 of 3 tokens seen');
		expect(renderJunit(runOf([leak]))).to.contain('on the wire 3 of 3 tokens seen');
	});
});
