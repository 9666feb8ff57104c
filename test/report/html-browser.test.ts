import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { renderHtml } from '../../src/report/html/html.ts';
import { Browser, findChromium } from './browser.ts';
import {
	brokenCell,
	hostileRun,
	leakedCell,
	sampleCell,
	sampleRun,
	sampleScenario,
	sixPods,
} from './sample-verdicts.ts';

/** Opened from disk as a user would, in a real browser; skipped, and counted as such, where there is none. */
describe('HTML report in a browser', function () {
	this.timeout(60_000);
	let browser: Browser;
	let folder: string;

	before(async function () {
		const program = findChromium();
		if (program === undefined) return this.skip();
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-html-'));
		browser = await Browser.launch(program);
	});
	after(async () => {
		await browser?.close();
		if (folder !== undefined) rmSync(folder, { recursive: true });
	});

	async function open(page: string, fragment = ''): Promise<string> {
		const file = join(folder, 'report.html');
		writeFileSync(file, page);
		// Only another fragment would be no load.
		await browser.open('about:blank');
		browser.requested.length = 0;
		browser.complaints.length = 0;
		await browser.open(pathToFileURL(file).href + fragment);
		return pathToFileURL(file).href;
	}

	const sixPodsRun = (): RunVerdicts =>
		sampleRun([
			sampleScenario('allow-only-client-one', sixPods()),
			...['one', 'two', 'three'].map((name) => sampleScenario(name, [sampleCell({ from: `${name}-client` })])),
		]);
	const text = (selector: string): Promise<unknown> =>
		browser.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText`);
	const click = (selector: string): Promise<unknown> =>
		browser.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
	/** `client-two → app-one`, by the heads of the focused square's row and column; undefined when no square has the focus. */
	const focused = (): Promise<unknown> =>
		browser.evaluate(`(() => {
			const cell = document.activeElement.closest('td');
			if (!cell) return undefined;
			const head = cell.closest('table').tHead.rows[0].cells[cell.cellIndex];
			return cell.closest('tr').cells[0].innerText + ' → ' + head.innerText;
		})()`);
	const focus = (id: string): Promise<unknown> =>
		browser.evaluate(`(() => {
			const cells = JSON.parse(document.getElementById('verdicts').textContent).verdicts.scenarios.flatMap((one) => one.cells);
			document.querySelector('[data-c="' + cells.findIndex((cell) => cell.id === ${JSON.stringify(id)}) + '"]').focus();
		})()`);
	const id = (from: string, to: string): string => `allow-only-client-one/connect/${from}→${to}:80/tcp/ipv4`;

	it('asks for nothing but itself, and has no error', async () => {
		for (const run of [sixPodsRun(), hostileRun()]) {
			const url = await open(renderHtml(run));
			await click('.sq[data-c]');
			expect(browser.requested).to.deep.equal([url]);
			expect(browser.complaints).to.deep.equal([]);
			expect(await text('aside h2'))
				.to.be.a('string')
				.that.matches(/→/);
		}
	});

	it('would not run a script that got into it as markup', async () => {
		const script = '<script>document.title = "taken"</script><svg onload="document.title = \'taken\'"></svg></main>';
		await open(renderHtml(sixPodsRun()).replace('</main>', script));
		expect(await browser.evaluate('document.title')).to.match(/^gatecrash: leak/);
		expect(browser.complaints.join('\n')).to.include('Content Security Policy');
	});

	it('shows a cell’s evidence on a click, and takes it away with Escape', async () => {
		await open(renderHtml(sixPodsRun()));
		expect(await text('#evidence')).to.equal('');
		await click('.sq.leak[data-c]');
		const evidence = String(await text('#evidence'));
		for (const part of [
			'client-two → app-one:80/tcp, ipv4',
			'the token came back from the target in 3 of 3 tries',
			'3 tries: 3 × replied',
			'3 of 3 tokens seen at the target',
			'default-deny selects app-one, and no rule admits client-two',
			'history.jsonl:41,44-46',
			'scenarios/allow-only-client-one.yaml:31:7',
			'replied 3 of 3',
			`--grep '${id('client-two', 'app-one')}'`,
		]) {
			expect(evidence).to.include(part);
		}
		expect(await browser.evaluate('decodeURIComponent(location.hash)')).to.equal(
			`#cell=${id('client-two', 'app-one')}`,
		);
		await browser.press('Escape', 27);
		expect(await browser.evaluate('document.getElementById("evidence").hidden')).to.equal(true);
		expect(await focused()).to.equal('client-two → app-one');
		expect(await browser.evaluate('location.hash')).to.equal('');
	});

	it('moves with the arrow keys over empty squares and stops at the edges; the evidence follows', async () => {
		await open(renderHtml(sixPodsRun()));
		await focus(id('client-two', 'app-one'));
		const way: [string, number, string][] = [
			['ArrowLeft', 37, 'client-two → client-one'],
			['ArrowLeft', 37, 'client-two → client-one'],
			['ArrowRight', 39, 'client-two → app-one'],
			['ArrowDown', 40, 'app-two → app-one'],
			['End', 35, 'app-two → monitor'],
			['ArrowUp', 38, 'app-one → monitor'],
			['Home', 36, 'app-one → client-one'],
		];
		for (const [key, code, expected] of way) {
			await browser.press(key, code);
			expect(await focused(), key).to.equal(expected);
		}
		expect(await browser.evaluate('document.getElementById("evidence").hidden')).to.equal(true);
		await browser.press('Enter', 13, '\r');
		expect(await browser.evaluate('document.activeElement.id')).to.equal('evidence');
		await browser.press('Escape', 27);
		expect(await focused()).to.equal('app-one → client-one');
		await click('.sq.leak[data-c]');
		await focus(id('client-two', 'app-one'));
		await browser.press('ArrowLeft', 37);
		expect(await text('aside h2')).to.include('client-two → client-one:80/tcp');
	});

	it('has one square of each matrix in the order of the Tab key', async () => {
		await open(renderHtml(sixPodsRun()));
		const stops =
			'Math.max(...[...document.querySelectorAll("table")].map((one) => one.querySelectorAll("[tabindex=\'0\']").length))';
		expect(await browser.evaluate(stops)).to.equal(1);
		await focus(id('client-two', 'app-one'));
		await browser.press('ArrowRight', 39);
		expect(await browser.evaluate(stops)).to.equal(1);
	});

	it('opens the cell that its address names, in a folded scenario too', async () => {
		const cell = sampleRun([sampleScenario('two', [sampleCell({ from: 'two-client' })])]).scenarios[0]?.cells[0];
		await open(renderHtml(sixPodsRun()), `#cell=${encodeURIComponent(cell?.id ?? '')}`);
		expect(await text('aside h2')).to.include('two-client → app-one:80/tcp');
		expect(await browser.evaluate('document.querySelector("[aria-current]").checkVisibility()')).to.equal(true);
	});

	it('filters by verdict and text, and shows everything again', async () => {
		await open(renderHtml(sixPodsRun()));
		const visible = (selector: string): Promise<unknown> =>
			browser.evaluate(`[...document.querySelectorAll('${selector}')].filter((one) => one.checkVisibility()).length`);
		const write = async (value: string): Promise<void> => {
			await browser.evaluate(`(() => {
				const field = document.getElementById('filter-text');
				field.value = ${JSON.stringify(value)};
				field.dispatchEvent(new Event('input'));
				return new Promise((resolve) => setTimeout(resolve, 300));
			})()`);
		};
		const all = await visible('.sq[data-c]');
		await click('.choice.leak');
		expect(await text('#filter-count')).to.equal('3 of 63 cells');
		expect(await visible('.sq[data-c]:not(.off)')).to.equal(3);
		expect(await visible('.scenario')).to.equal(1);
		expect(await visible('.finding')).to.equal(await visible('.finding.leak'));
		await write('IPv6 Database');
		expect(await text('#filter-count')).to.equal('1 of 63 cells');
		expect(await visible('table')).to.equal(1);
		await click('.choice.leak');
		await write('two-client');
		expect(await visible('.scenario[open]')).to.equal(1);
		expect(await visible('.sq[data-c]')).to.equal(1);
		await write('nothing has this');
		expect(await text('#filter-count')).to.equal('0 of 63 cells');
		await write('');
		expect(await visible('.sq[data-c]')).to.equal(all);
		expect(await visible('.scenario[open]')).to.equal(1);
		expect(await visible('.sq.off')).to.equal(0);
	});

	it('shows findings and matrices without its script, and nothing that would need it', async () => {
		await browser.send('Emulation.setScriptExecutionDisabled', { value: true });
		try {
			await open(renderHtml(sixPodsRun()));
			expect(await text('.finding')).to.include('the token came back from the target in 3 of 3 tries');
			const hidden = (selector: string): Promise<unknown> =>
				browser.evaluate(`[...document.querySelectorAll('${selector}')].every((one) => !one.checkVisibility())`);
			for (const selector of ['.filter', '.copy', '.open', '#evidence'])
				expect(await hidden(selector), selector).to.equal(true);
			expect(await hidden('.sq')).to.equal(false);
		} finally {
			await browser.send('Emulation.setScriptExecutionDisabled', { value: false });
		}
	});

	it('copies the command', async () => {
		await open(renderHtml(sixPodsRun()));
		await browser.send('Browser.grantPermissions', { permissions: ['clipboardReadWrite', 'clipboardSanitizedWrite'] });
		await click('.finding .copy');
		await browser.evaluate('new Promise((resolve) => setTimeout(resolve, 200))');
		expect(await text('.finding .copy')).to.equal('Copied');
		expect(await browser.evaluate('navigator.clipboard.readText()')).to.equal(
			sixPodsRun().scenarios[0]?.cells.find((cell) => cell.verdict === 'leak')?.repeat,
		);
	});

	it('fits a phone and a desktop, whatever the names are', async () => {
		const long = 'a-namespace-with-a-long-name/a-pod-whose-name-is-longer-still-than-that';
		const cells = [
			leakedCell({ from: long, to: long }),
			brokenCell({ because: 'x'.repeat(300), repeat: 'y'.repeat(300) }),
		];
		for (const run of [sixPodsRun(), hostileRun(), sampleRun([sampleScenario(long, cells)])]) {
			for (const width of [360, 768, 1280]) {
				await browser.send('Emulation.setDeviceMetricsOverride', {
					width,
					height: 800,
					deviceScaleFactor: 1,
					mobile: width < 600,
				});
				await open(renderHtml(run));
				await browser.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
				await click('.sq[data-c]');
				const overflow =
					'[document.documentElement, document.getElementById("evidence")].map((one) => one.scrollWidth - one.clientWidth)';
				expect(await browser.evaluate(overflow), `${width}`).to.deep.equal([0, 0]);
			}
		}
	});
});
