import { expect } from 'chai';
import type { ScenarioVerdict } from '../../src/model/verdict.ts';
import { renderConsole } from '../../src/report/console.ts';
import { renderHtml } from '../../src/report/html/html.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { allowedCell, sampleRun, sampleScenario } from './sample-verdicts.ts';

const line = { name: 'long-lived', family: 'ipv4', from: 'naked', to: 'app-one', port: 8080 } as const;
const timed: Partial<ScenarioVerdict> = {
	faults: [
		{
			...{ fault: 'stop-mesh-control-plane', name: 'istiod-down', inForce: 5200 },
			injection: { effects: ['istiod: 1 became 0'], took: 1300 },
			healing: { effects: ['istiod: 1 ready again'], took: 3600 },
		},
		{
			...{ fault: 'rotate-certificates', name: 'rotate-certificates', inForce: undefined, healing: undefined },
			injection: { effects: [], took: 120_000 },
		},
	],
	holds: [
		{
			...{ ...line, state: 'ended', outcome: 'closed', lasted: 46_000 },
			since: [
				{ change: 'apply permissive', after: 30_000 },
				{ change: 'apply strict', after: 45_200 },
			],
		},
		{
			...line,
			family: 'ipv6',
			state: 'ended',
			outcome: 'reset',
			lasted: 700,
			since: [{ change: 'apply strict', after: -12 }],
		},
		{ ...line, name: 'other', state: 'alive', lasted: 61_000, since: [{ change: 'apply strict', after: 60_000 }] },
		{ ...line, name: 'third', state: 'never-opened', lasted: undefined, since: [] },
	],
	flips: [{ change: 'apply strict', closed: { paths: 2, within: 219 }, opened: undefined }],
	refusals: [{ change: 'apply permissive', message: 'no <webhook> answers' }],
};
const told = [
	'istiod-down (stop-mesh-control-plane): injected in 1.3 s: istiod: 1 became 0; in force for 5.2 s; healed in 3.6 s: istiod: 1 ready again',
	'rotate-certificates: injected in 2 min 0 s: nothing was seen to happen',
	'long-lived, naked → app-one:8080, ipv4: closed by the other side 30.0 s after apply permissive, 45.2 s after apply strict; it had lasted 46.0 s',
	'long-lived, naked → app-one:8080, ipv6: reset during apply strict, 12 ms before its acknowledgement; it had lasted 700 ms',
	'other, naked → app-one:8080, ipv4: still alive when it was used last, 1 min 1 s after it was opened, 1 min 0 s after apply strict',
	'third, naked → app-one:8080, ipv4: never opened',
	'apply strict: 2 paths closed within 219 ms of its acknowledgement',
];
const quiet = ['a', 'b', 'c', 'd'].map((name) => sampleScenario(name, [allowedCell()]));
const many = sampleRun([sampleScenario('timed', [allowedCell()], timed), ...quiet]);
const few = sampleRun([sampleScenario('timed', [allowedCell()], timed)]);
const plain = (text: string) => text.replaceAll(/\s+/g, ' ');

describe('faults, held connections and times in the reports', () => {
	it('console: below the scenario, or by themselves where many scenarios are listed', () => {
		for (const run of [few, many]) {
			const text = plain(renderConsole(run, { colour: false, verbose: false }));
			for (const sentence of [...told, 'apply permissive was refused: no <webhook> answers']) {
				expect(text.split(sentence).length, sentence).to.equal(2);
			}
		}
		expect(renderConsole(many, { colour: false, verbose: false })).to.contain('── faults and held connections ──');
		expect(renderConsole(sampleRun(quiet), { colour: false, verbose: false })).not.to.contain('held connections');
	});

	it('Markdown and HTML: with the scenario, escaped', () => {
		expect(renderMarkdown(few)).to.contain('- apply permissive was refused: no &lt;webhook&gt; answers');
		expect(renderMarkdown(few)).to.contain('45.2 s after apply strict; it had lasted 46.0 s');
		const html = renderHtml(few);
		expect(html).to.contain('<li>apply permissive was refused: no &lt;webhook&gt; answers</li>');
		expect(html).to.contain('45.2 s after apply strict; it had lasted 46.0 s</li>');
	});

	it('JSON: as figures', () => {
		const [scenario] = (JSON.parse(renderJson(few)) as typeof few).scenarios;
		expect(scenario?.holds).to.deep.equal(JSON.parse(JSON.stringify(timed.holds)));
		expect(scenario?.flips[0]?.closed?.within).to.equal(219);
	});

	it('a certificate that a server showed is told with all that is known of it', () => {
		const certificate = {
			...{ uris: ['spiffe://cluster.local/ns/shop/sa/app-one'], issuer: 'O=cluster.local', serial: '0ec7', chain: 2 },
			...{ notBefore: '2026-01-01T00:00:00.000Z', notAfter: '2026-01-02T00:00:00.000Z', fingerprint: 'ab12', tries: 3 },
		};
		const cell = allowedCell({ kind: 'tls', verdict: 'broken', certificate: 'valid' });
		const run = sampleRun([
			sampleScenario('shown', [{ ...cell, observed: { ...cell.observed, presented: [certificate] } }]),
		]);
		expect(plain(renderConsole(run, { colour: false, verbose: false }))).to.contain(
			'3 × certificate of spiffe://cluster.local/ns/shop/sa/app-one, issued by O=cluster.local, serial number 0ec7, valid from 2026-01-01T00:00:00.000Z until 2026-01-02T00:00:00.000Z, SHA-256 ab12, chain of 2',
		);
	});
});
