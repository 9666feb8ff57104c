import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { addressText } from '../../src/judge/address-text.ts';
import { worst } from '../../src/judge/combine.ts';
import { judge } from '../../src/judge/judge.ts';
import { reasonTable } from '../../src/judge/reasons.ts';
import { outcomeCodes } from '../../src/model/outcome.ts';
import { verdicts } from '../../src/model/verdict.ts';
import { outcomesPage } from '../../scripts/generate-outcomes.ts';
import { cellOf, changed, codesOf, without } from './edit-history.ts';
import { build, replied, timedOut } from './history-builder.ts';

describe('what a run comes to', () => {
	it('combines the worst first', () => {
		for (const [index, verdict] of verdicts.entries())
			expect(worst([...verdicts].slice(index).reverse())).to.equal(verdict);
		expect(worst([])).to.equal(undefined);
	});

	it('one leak among enforced cells makes exit code 1, one inconclusive cell 2', () => {
		const leak = build({ cells: [{}, { port: 53 }], behave: (cell) => (cell.port === 53 ? replied : timedOut) });
		expect(judge(leak.plan, leak.events)).to.include({ verdict: 'leak', exitCode: 1 });
		const { plan, events } = build({ cells: [{}, { protocol: 'udp' }] });
		const doubtful = changed(
			events,
			'counters',
			() => true,
			(event) => ({ ...event, counters: { ...event.counters, udpReceiveBufferErrors: event.n } }),
		);
		const verdicts = judge(plan, doubtful);
		expect(verdicts).to.include({ verdict: 'inconclusive', exitCode: 2 });
		expect(verdicts.counts).to.include({ enforced: 1, inconclusive: 1 });
	});

	it('only declared holes: nothing is enforced', () => {
		const { plan, events } = build({
			cells: [{ expectation: 'unprotected', reason: 'legacy' }],
			behave: () => replied,
		});
		const verdicts = judge(plan, events);
		expect(verdicts).to.include({ verdict: 'unprotected', exitCode: 2 });
		expect(codesOf(verdicts)).to.deep.equal(['nothing-enforced']);
	});

	it('a run that did not end is never a success, and says so', () => {
		const { plan, events } = build();
		const cutOff = judge(plan, without(events, 'run-ended'));
		expect(cutOff).to.include({ complete: false, exitCode: 2 });
		expect(codesOf(cutOff)).to.deep.equal(['run-unfinished']);
		const empty = judge(plan, []);
		expect(empty).to.include({ verdict: 'inconclusive', complete: false, run: '', exitCode: 2 });
		expect(codesOf(cellOf(empty))).to.deep.equal(['scenario-not-run']);
	});

	it('names what failed', () => {
		const { plan, events } = build();
		const failed = changed(
			events,
			'scenario-ended',
			() => true,
			(event) => ({ ...event, outcome: 'failed', error: 'no address left' }),
		);
		expect(judge(plan, failed).scenarios[0]?.reasons).to.deep.include({
			code: 'scenario-failed',
			text: 'the scenario could not be carried out (no address left)',
		});
	});

	it('gives the command that repeats a cell', () => {
		const { plan, events } = build();
		expect(cellOf(judge(plan, events)).repeat).to.equal(
			"npx gatecrash run shop.yaml --grep 'shop/connect/client-two→app-one:80/tcp/ipv4'",
		);
	});
});

describe('addresses', () => {
	for (const [text, same] of [
		['10.0.0.1', '10.0.0.1'],
		['::ffff:10.0.0.1', '10.0.0.1'],
		['::ffff:a00:1', '10.0.0.1'],
		['0:0:0:0:0:ffff:10.0.0.1', '10.0.0.1'],
		['FD00::1', 'fd00:0:0:0:0:0:0:1'],
		['fd00:0000:0::0001', 'fd00:0:0:0:0:0:0:1'],
		['fe80::1%eth0', 'fe80:0:0:0:0:0:0:1'],
		['::', '0:0:0:0:0:0:0:0'],
		['not:an:address', 'not:an:address'],
	] as const) {
		it(`${text} is ${same}`, () => expect(addressText(text)).to.equal(same));
	}
});

describe('the pages about verdicts and outcomes', () => {
	it('docs/verdicts.md lists every reason with its sentence', async () => {
		const page = await readFile(new URL('../../docs/verdicts.md', import.meta.url), 'utf8');
		for (const [code, sentence] of Object.entries(reasonTable))
			expect(page).to.contain(`| \`${code}\` | ${sentence} |`);
	});

	it('docs/outcomes.md is generated from the table and lists every outcome', async () => {
		const page = await readFile(new URL('../../docs/outcomes.md', import.meta.url), 'utf8');
		expect(page).to.equal(outcomesPage());
		for (const code of outcomeCodes) expect(page).to.contain(`\`${code}\``);
	});
});
