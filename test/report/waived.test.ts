import { expect } from 'chai';
import { Parser } from 'tap-parser';
import { applyGate } from '../../src/gate/apply-gate.ts';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { renderConsole } from '../../src/report/console.ts';
import { renderGithub } from '../../src/report/github.ts';
import { renderHtml } from '../../src/report/html/html.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { renderTap } from '../../src/report/tap.ts';
import { leakedCell, sampleCell, sampleRun, sampleScenario } from './sample-verdicts.ts';
import { parseStrictXml } from './strict-xml.ts';

const waived = 'one/connect/client-two→app-one:80/tcp/ipv4';
const passing = 'one/connect/fine→app-one:80/tcp/ipv4';

function gatedRun(expires: string): RunVerdicts {
	const position = { file: 'gate/waivers.yaml', line: 4, column: 5 };
	const waivers = [
		{ case: waived, reason: 'the fix is on its way', link: 'https://example.org/1', expires: '2026-12-31', position },
		{ case: passing, reason: 'old', expires, position: { ...position, line: 9 } },
	];
	const run = sampleRun([sampleScenario('one', [leakedCell(), sampleCell({ from: 'fine' })])]);
	return applyGate(run, { waivers, baseline: { run: 'yesterday', cells: { [passing]: 'leak' } } });
}

/** One leak, waived; one waiver that is not needed. */
const good = () => gatedRun('2026-12-31');
/** The second waiver has expired. */
const bad = () => gatedRun('2025-12-31');

describe('what is waived', () => {
	it('is shown as waived on the console, and the run as waived', () => {
		const text = renderConsole(good(), { colour: false, verbose: false });
		expect(text)
			.to.include(' WAIVED ')
			.and.match(
				/── waived ─+\n\n {2}• leak, waived until 2026-12-31: the fix is on its way \(https:\/\/example.org\/1\)/,
			)
			.and.match(/w failed, and waived/)
			.and.match(/waiver +the waiver of one\/connect\/fine\S+ is not needed: the case passes/)
			.and.match(/baseline +failing cells, against yesterday: 1 new, 0 known, 1 fixed/)
			.and.not.match(/\d finding/);
		expect(renderConsole(bad(), { colour: false, verbose: false }))
			.to.include(' WAIVER EXPIRED ')
			.and.match(/expired +the waiver of one\/connect\/fine\S+ expired on 2025-12-31/);
	});

	it('is counted at the head of what people read', () => {
		const options = { colour: false, verbose: false };
		for (const text of [renderConsole(good(), options), renderMarkdown(good()), renderHtml(good())])
			expect(text).to.include('1 leak, 1 enforced; 1 waived');
	});

	it('is a skipped case in JUnit, and an expired waiver a failure', () => {
		const root = parseStrictXml(renderJunit(good()));
		expect(root.attributes).to.include({ failures: '0', errors: '0', skipped: '1' });
		expect(renderJunit(good())).to.include('<skipped message="leak, waived until 2026-12-31: the fix is on its way');
		expect(parseStrictXml(renderJunit(bad())).attributes).to.include({ failures: '1', skipped: '1' });
	});

	it('is suppressed in SARIF, from its place in the waivers file', () => {
		const log = JSON.parse(renderSarif(good())) as {
			runs: {
				results: {
					baselineState: string;
					suppressions: { kind: string; justification: string; location: { physicalLocation: { region: object } } }[];
				}[];
				invocations: { exitCode: number; toolExecutionNotifications: { level: string; message: { text: string } }[] }[];
			}[];
		};
		const [result] = log.runs[0]?.results ?? [];
		expect(result?.baselineState).to.equal('new');
		expect(result?.suppressions[0]).to.include({ kind: 'external' });
		expect(result?.suppressions[0]?.location.physicalLocation.region).to.include({ startLine: 4 });
		expect(log.runs[0]?.invocations[0]?.exitCode).to.equal(0);
		expect(log.runs[0]?.invocations[0]?.toolExecutionNotifications[0]?.message.text).to.include('not needed');
	});

	it('is still to do in TAP, which passes, unless a waiver has expired', () => {
		const parse = (run: RunVerdicts): Parser => {
			const parser = new Parser({ strict: true });
			parser.end(renderTap(run));
			return parser;
		};
		expect(parse(good()).ok).to.equal(true);
		expect(parse(bad()).ok).to.equal(false);
		expect(renderTap(good())).to.match(/not ok 1 - .* # TODO waived until 2026-12-31: the fix is on its way/);
	});

	it('is a notice for GitHub at the waiver, and an expired one an error', () => {
		expect(renderGithub(good()))
			.to.match(/^::notice file=gate\/waivers.yaml,line=4,col=5,title=gatecrash%3A waived::leak/m)
			.and.match(/^::warning file=gate\/waivers.yaml,line=9,.*not needed/m)
			.and.not.include('::error');
		expect(renderGithub(bad())).to.match(/^::error file=gate\/waivers.yaml,line=9,.*expired on 2025-12-31/m);
	});

	it('has its place in Markdown, HTML and JSON', () => {
		expect(renderMarkdown(good()))
			.to.match(/^## ⚠️ gatecrash: waived\n/u)
			.and.include('### Waived\n\n- leak, waived until 2026-12-31: the fix is on its way');
		expect(renderMarkdown(bad())).to.match(/^## ❌ gatecrash: waiver expired\n/u);
		const page = renderHtml(good());
		expect(page)
			.to.include('<span class="badge unprotected">waived</span>')
			.and.include('>w</b>')
			.and.include('leak, waived; declared');
		expect(page).to.match(/Waived[^]*the fix is on its way/);
		const json = JSON.parse(renderJson(good())) as RunVerdicts;
		expect(json).to.include({ verdict: 'leak', exitCode: 1 });
		expect(json.gate?.exitCode).to.equal(0);
		expect(json.scenarios[0]?.cells[0]?.waiver?.reason).to.equal('the fix is on its way');
	});
});
