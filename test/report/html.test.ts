import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { renderHtml } from '../../src/report/html/html.ts';
import { type PackedVerdicts, unpackCells } from '../../src/report/html/packed-verdicts.ts';
import { nineByNine } from './nine-by-nine.ts';
import {
	allowedCell,
	brokenCell,
	hostileRun,
	inconclusiveCell,
	leakedCell,
	sampleCell,
	sampleRun,
	sampleScenario,
	sixPods,
	warnedRun,
} from './sample-verdicts.ts';

/** What stands between the first `open` and the next `close`. */
function between(text: string, open: string, close: string): string {
	const start = text.indexOf(open) + open.length;
	return text.slice(start, text.indexOf(close, start));
}

function embedded(page: string): PackedVerdicts {
	return JSON.parse(between(page, '<script type="application/json" id="verdicts">', '</script>')) as PackedVerdicts;
}

/** The page without what it embeds as data and script. */
function markupOf(page: string): string {
	return page.replaceAll(/(<(script|style)[^>]*>)[^]*?<\/\2>/g, '$1');
}

function squares(page: string): { place: number; said: string }[] {
	return [
		...markupOf(page).matchAll(/<button class="sq [a-z]+" data-c="(\d+)" tabindex="-1" aria-label="([^"]*)">/g),
	].map(([, place, said = '']) => ({ place: Number(place), said }));
}

describe('HTML report', () => {
	const sixPodsRun = (): RunVerdicts => sampleRun([sampleScenario('allow-only-client-one', sixPods())]);

	it('has one square for each cell, which says what was declared, predicted and observed', () => {
		for (const cells of [sixPods(), nineByNine()]) {
			const page = renderHtml(sampleRun([sampleScenario('one', [sampleCell()]), sampleScenario('two', cells)]));
			const found = squares(page);
			expect(found.map(({ place }) => place).sort((one, other) => one - other)).to.deep.equal([
				...Array.from({ length: cells.length + 1 }, (_, index) => index),
			]);
			const all = unpackCells(embedded(page));
			for (const { place, said } of found) {
				const { verdict, observed } = all[place] ?? {};
				expect(said).to.match(new RegExp(`^${verdict}; declared .*, predicted .*, observed ${observed?.state}$`));
			}
		}
	});

	it('puts a square below the name of its target, in the row of its source', () => {
		const page = markupOf(renderHtml(sixPodsRun()));
		const table = between(page, '<table role="grid" aria-label="80/tcp, IPv6">', '</table>');
		const heads = [...table.matchAll(/<th scope="col"><span>([^<]*)/g)].map(([, name]) => name);
		const row = between(table, '<th scope="row"><span>app-two</span></th>', '</tr>');
		const verdicts = row.split('</td>').map((cell) => /class="sq ([a-z]+)"/.exec(cell)?.[1]);
		expect(verdicts[heads.indexOf('database')]).to.equal('leak');
		expect(verdicts[heads.indexOf('app-two')]).to.equal(undefined);
		expect(verdicts.filter((verdict) => verdict === 'leak')).to.have.length(1);
	});

	it('carries the verdicts, each control once, with the same bytes whatever the order of keys', () => {
		const run = sixPodsRun();
		const page = renderHtml(run);
		const { controls, verdicts } = embedded(page);
		expect(controls.map(({ control }) => control)).to.deep.equal(['baseline', 'reopen']);
		expect(verdicts).to.deep.include({ run: run.run, verdict: 'leak', exitCode: 1 });
		const plain = JSON.parse(JSON.stringify(run.scenarios.flatMap((scenario) => scenario.cells))) as unknown;
		expect(unpackCells(embedded(page))).to.deep.equal(plain);
		const turned = Object.fromEntries(Object.entries(run).reverse()) as unknown as RunVerdicts;
		expect(renderHtml(turned)).to.equal(page);
	});

	it('says findings first, the worst of them at the top, with reasons, position and command', () => {
		const cells = [sampleCell(), inconclusiveCell(), brokenCell({ from: 'a' }), leakedCell({ from: 'b' })];
		const page = markupOf(renderHtml(sampleRun([sampleScenario('one', cells)])));
		const order = [...page.matchAll(/data-verdict="([a-z]+)" data-cells/g)].map(([, verdict]) => verdict);
		expect(order).to.deep.equal(['leak', 'broken', 'inconclusive']);
		expect(page.indexOf('<article')).to.be.below(page.indexOf('<table'));
		const first = between(page, '<article', '</article>');
		for (const text of [
			'the token came back from the target in 3 of 3 tries',
			'blocked, because default-deny selects app-one',
			'scenarios/allow-only-client-one.yaml:31:7',
			'history.jsonl:41,44-46',
			'the engine does not do what the policies’ text says',
			'gatecrash run scenarios/allow-only-client-one.yaml',
		]) {
			expect(first).to.include(text);
		}
	});

	it('says plainly when nothing was predicted, and only then', () => {
		const sentence = 'unknown for every cell';
		expect(renderHtml(sampleRun([sampleScenario('one', [sampleCell(), allowedCell()])]))).to.include(sentence);
		expect(renderHtml(sampleRun([sampleScenario('one', [sampleCell(), leakedCell()])]))).to.not.include(sentence);
	});

	it('says warnings, a run that was cut off, and one without any cell', () => {
		expect(renderHtml(warnedRun())).to.include('Two enforcers act at once: calico v3.28.5, kindnet.');
		const cut = sampleRun([], {
			complete: false,
			cluster: undefined,
			reasons: [{ code: 'x', text: 'no cell was run' }],
		});
		expect(renderHtml(cut)).to.include('the run did not end as planned').and.include('no cell was run');
		expect(renderHtml(cut)).to.include('none came up').and.include('No scenario was run.');
		expect(renderHtml(sixPodsRun())).to.not.include('the run did not end as planned');
	});

	it('lets no text become markup, leave an attribute, or end the data', () => {
		const page = renderHtml(hostileRun());
		expect(page.match(/<script/g)).to.have.length(2);
		expect(page.match(/<\/script/g)).to.have.length(2);
		const markup = markupOf(page);
		expect(markup).to.not.match(/<(img|svg|b>x|!--|iframe)|onerror=[^&]*"\s*>/);
		// Every tag is one of ours, with attributes of ours: names, then values in double quotes.
		const tags = markup.replace('<!doctype html>', '').match(/<[^>]*>?/g) ?? [];
		expect(tags.filter((tag) => !/^<\/?[a-z][a-z0-9]*( [a-z-]+(="[^"<>]*")?)*>$/.test(tag))).to.deep.equal([]);
		const names = new Set(
			tags.flatMap((tag) => [...tag.replaceAll(/"[^"]*"/g, '').matchAll(/ ([a-z-]+)/g)].map(([, name]) => name)),
		);
		expect(
			[...names].filter((name) => /^on|^(src|href|style|srcdoc|action|formaction)$/.test(name ?? '')),
		).to.deep.equal([]);
		expect(markup, 'bidirectional overrides').to.not.match(/[\u202a-\u202e\u2066-\u2069]/);
		expect(unpackCells(embedded(page))[0]?.because).to.equal(hostileRun().scenarios[0]?.cells[0]?.because);
	});

	it('needs nothing but itself', () => {
		const page = renderHtml(sixPodsRun());
		expect(page).to.not.match(/\b(src|href|srcset|poster|action|background|ping)\s*=\s*["'a-z]/i);
		expect(page).to.not.match(/url\(|@import|@font-face|<link|<iframe|<object|<embed|<base|http-equiv="refresh/i);
		const script = page.slice(page.lastIndexOf('<script>'));
		expect(script).to.not.match(
			/\b(fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|import\(|Worker|eval|innerHTML|outerHTML|insertAdjacentHTML|document\.write)\b/,
		);
	});

	it('admits its own style sheet and script, by their hashes, and nothing else', () => {
		const page = renderHtml(sixPodsRun());
		const policy = between(page, 'http-equiv="Content-Security-Policy" content="', '"').replaceAll('&apos;', "'");
		const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
		expect(policy.split('; ')).to.deep.equal([
			"default-src 'none'",
			`script-src ${hash(between(page, '<script>', '</script>'))}`,
			`style-src ${hash(between(page, '<style>', '</style>'))}`,
			"base-uri 'none'",
			"form-action 'none'",
		]);
	});

	it('draws several attempts on one path side by side, and phases apart', () => {
		const cells = [
			sampleCell({ phase: 'before' }),
			sampleCell({ phase: 'before', expectation: 'observe', verdict: 'observed' }),
			sampleCell({ phase: 'after' }),
		];
		const page = markupOf(renderHtml(sampleRun([sampleScenario('one', cells)])));
		expect(squares(page)).to.have.length(3);
		expect(between(page, '<tbody>', '</tbody>').match(/<td><button.*?<\/button><button/)).to.not.equal(null);
		expect([...page.matchAll(/<span class="phase">([a-z]+)</g)].map(([, phase]) => phase)).to.deep.equal([
			'before',
			'after',
		]);
	});
});
