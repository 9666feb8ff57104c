/**
 * `npm run screenshots`: makes the pictures of docs/reports.md and docs/night.md anew, from a real run on the embedded cluster with three
 * bugs, of which one is waived, opened in a headless Chromium at desktop and phone width, in light and dark. Fails where the
 * page is wider than its window. Picture names as arguments make only these; `--out DIR` puts them elsewhere.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { makeTwoNights } from '../test/e2e/support/two-nights.ts';
import { Browser, findChromium } from '../test/report/browser.ts';

interface Picture {
	width: number;
	height: number;
	dark?: true;
	/** Of `gatecrash trend`, not of a run. */
	trend?: true;
	/** Prepares what is seen; an expression in the page. */
	before?: string;
}

const leaked = 'three-tier-shop/connect/database→resolver:53/udp/ipv4';
const onTheWire = 'nothing-readable-on-the-wire/plaintext/naked→app-one:8080/tcp/ipv4/after-apply-strict';
const asked = 'eks-cluster-dns-only/dns/client→external/outside:53/dns-udp/ipv4';
const scrollTo = (selector: string) => `document.querySelector(${JSON.stringify(selector)})?.scrollIntoView()`;
const evidenceOf = (id: string) => `location.hash = 'cell=' + encodeURIComponent(${JSON.stringify(id)})`;

const pictures: Record<string, Picture> = {
	'html-findings': { width: 1280, height: 900 },
	'html-findings-dark': { width: 1280, height: 900, dark: true },
	'html-evidence': { width: 1280, height: 900, before: evidenceOf(onTheWire) },
	'html-evidence-dark': { width: 1280, height: 900, dark: true, before: evidenceOf(asked) },
	'html-phone': { width: 390, height: 844, before: scrollTo('main section:last-of-type table') },
	'html-phone-dark': { width: 390, height: 844, dark: true, before: evidenceOf(leaked) },
	trend: { width: 1280, height: 720, trend: true },
	'trend-dark': { width: 1280, height: 720, dark: true, trend: true },
	'trend-phone': { width: 390, height: 844, trend: true },
	'trend-phone-dark': { width: 390, height: 844, dark: true, trend: true },
};

const given = process.argv.slice(2);
const out = given.includes('--out')
	? (given[given.indexOf('--out') + 1] ?? '.')
	: new URL('../docs/screenshots', import.meta.url).pathname;
const wanted = given.filter((argument) => Object.hasOwn(pictures, argument));
const program = findChromium();
if (program === undefined) throw new Error('there is no Chromium here');

const folder = mkdtempSync(join(tmpdir(), 'gatecrash-screenshots-'));
const browser = await Browser.launch(program);
try {
	const chosen = Object.entries(pictures).filter(([name]) => wanted.length === 0 || wanted.includes(name));
	const report = chosen.some(([, { trend }]) => !trend) ? await makeReport(folder) : '';
	const trend = chosen.some(([, picture]) => picture.trend) ? await makeTrend(folder) : '';
	for (const [name, picture] of chosen) {
		await take(pathToFileURL(picture.trend ? trend : report).href, picture, join(out, `${name}.png`));
	}
} finally {
	await browser.close();
	rmSync(folder, { recursive: true });
}

async function makeReport(into: string): Promise<string> {
	const waivers = ['ipv4', 'ipv6'].map(
		(family) =>
			`  - {case: "plaintext-under-strict/plaintext/naked→app-one:8080/tcp/${family}/after-apply-strict", reason: "the old scanner calls in the clear until it is replaced", link: "https://issues.example.org/1234"}\n`,
	);
	const file = join(into, 'waivers.yaml');
	writeFileSync(file, `apiVersion: gatecrash.dev/v1alpha1\nkind: Waivers\nwaivers:\n${waivers.join('')}`);
	const report = join(into, 'report.html');
	const scenarios = [
		'network-policy/three-tier-shop',
		'dns/eks-cluster-dns-only',
		'istio/nothing-readable-on-the-wire',
		'istio/plaintext-under-strict',
	].map((name) => `scenarios/${name}.yaml`);
	const bugs = ['ports-ignored', 'strict-as-permissive', 'dns-udp-unfiltered'].flatMap((name) => ['--inject', name]);
	const flags = ['--quiet', '--out', join(into, 'runs'), '--waivers', file, '--reporter', `html=${report}`, ...bugs];
	const { exitCode, stderr } = await execa('node', ['dist/main.js', 'run', ...scenarios, ...flags], {
		...{ cwd: new URL('..', import.meta.url).pathname, reject: false },
	});
	if (exitCode !== 1) throw new Error(`gatecrash run ended with ${exitCode}: ${stderr}`);
	return report;
}

async function makeTrend(into: string): Promise<string> {
	const runs = join(into, 'nights');
	await makeTwoNights(runs, gatecrash);
	const page = join(into, 'trend.html');
	const { code, stderr } = await gatecrash(['trend', runs, '--html', page]);
	if (code !== 1) throw new Error(`gatecrash trend ended with ${code}: ${stderr}`);
	return page;
}

async function gatecrash(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
	const program = new URL('../dist/main.js', import.meta.url).pathname;
	const { exitCode, stdout, stderr } = await execa('node', [program, ...args], { reject: false });
	return { code: exitCode ?? null, stdout, stderr };
}

async function take(url: string, { width, height, dark, before }: Picture, file: string): Promise<void> {
	const mobile = width < 600;
	await browser.send('Emulation.setDeviceMetricsOverride', {
		width,
		height,
		mobile,
		deviceScaleFactor: mobile ? 2 : 1,
	});
	await browser.send('Emulation.setEmulatedMedia', {
		features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
	});
	await browser.open('about:blank');
	await browser.open(url);
	if (before !== undefined) await browser.evaluate(before);
	await browser.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
	const wide = await browser.evaluate('document.documentElement.scrollWidth - window.innerWidth');
	if (typeof wide === 'number' && wide > 0)
		throw new Error(`${file}: the page is ${wide} pixels wider than its window`);
	const { data } = await browser.send('Page.captureScreenshot', { format: 'png' });
	writeFileSync(file, Buffer.from(String(data), 'base64'));
	process.stdout.write(`${file}\n`);
}
