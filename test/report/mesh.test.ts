import { expect } from 'chai';
import type { CellVerdict } from '../../src/model/verdict.ts';
import { renderConsole } from '../../src/report/console.ts';
import { renderHtml } from '../../src/report/html/html.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { allowedCell, leakedCell, sampleCell, sampleRun, sampleScenario } from './sample-verdicts.ts';

const identity = 'spiffe://cluster.local/ns/shop/sa/front';
const other = 'spiffe://cluster.local/ns/shop/sa/other';
const header = `By=spiffe://x/y;Subject="";URI=${other}`;
const seen = { header, identity: other, tries: 3 };
const open = { state: 'open' as const, tries: 3, outcomes: { replied: 3 }, delivered: 3, synReceived: 0 };
const closed = { state: 'closed' as const, tries: 3, delivered: 0, synReceived: 0, roundTrip: undefined };

const wrong = allowedCell({
	...{ id: 's/mtls/front→app-one:8080/tcp/ipv4', kind: 'mtls', port: 8080, from: 'front', identity, verdict: 'broken' },
	reasons: [{ code: 'identity-differs', text: `the token arrived with another identity (${header})` }],
	observed: { ...open, roundTrip: 1, forwarded: [seen] },
});
const leak = leakedCell({ id: 's/plaintext/a→b:8080/tcp/ipv4', kind: 'plaintext', port: 8080 });
const expired = sampleCell({
	...{ id: 's/tls/a→b:8080/tcp/ipv4/expired', kind: 'tls', certificate: 'expired', port: 8080 },
	observed: { ...closed, outcomes: { 'tls-alert': 3 }, refusals: ['tls-alert certificate_expired'] },
});
const valid = allowedCell({
	...{ id: 's/tls/a→b:8080/tcp/ipv4/valid', kind: 'tls', certificate: 'valid', port: 8080 },
	observed: { ...open, roundTrip: 1, forwarded: [{ header: `URI=${identity}`, identity, tries: 3 }] },
});
const run = sampleRun([sampleScenario('strict', [wrong, leak, expired, valid])]);

function runOf(cell: CellVerdict) {
	return sampleRun([sampleScenario('strict', [cell])]);
}

describe('reports of plaintext, mtls and tls attempts', () => {
	const console = (cell: CellVerdict) =>
		renderConsole(runOf(cell), { colour: false, verbose: false, folder: 'x', duration: 1 }).replaceAll(/\s+/g, ' ');

	it('console: each kind and certificate has squares of its own', () => {
		const text = renderConsole(run, { colour: false, verbose: false, folder: 'x', duration: 1 });
		for (const name of ['mtls', 'plaintext', 'tls expired', 'tls valid']) expect(text).to.contain(`:8080 ${name}`);
	});

	it('console: a finding says which identity was demanded, which was seen, and the header', () => {
		const text = console(wrong);
		expect(text).to.contain(`declared allowed as ${identity}`);
		expect(text).to.contain(`the target saw 3; identity 3 × ${other}`);
		expect(text).to.contain(header);
	});

	it('console: a finding says who refused', () => {
		expect(console({ ...expired, verdict: 'broken' })).to.contain('refused by tls-alert certificate_expired');
	});

	it('Markdown: the same', () => {
		const text = renderMarkdown(run);
		expect(text).to.contain(`declared: allowed as ${identity}`);
		expect(text).to.contain(`identity 3 × ${other}`);
		expect(text).to.contain('tls expired');
	});

	it('JUnit: also of what passed', () => {
		const text = renderJunit(run);
		expect(text).to.contain(`identity 3 × ${identity}`);
		expect(text).to.contain('refused by tls-alert certificate_expired');
		expect(renderJunit(runOf(allowedCell()))).to.not.contain('observed:');
	});

	it('HTML: kind, certificate, identity and header', () => {
		const text = renderHtml(run);
		for (const part of ['8080/tcp, ipv4, plaintext', 'tls expired', `allowed as ${identity}`, `3 × ${other}`]) {
			expect(text).to.contain(part);
		}
		expect(text).to.contain(JSON.stringify(header).slice(1, -1));
	});
});
