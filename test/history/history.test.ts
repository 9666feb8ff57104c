import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openHistory } from '../../src/history/open-history.ts';
import { parseHistory, readHistory } from '../../src/history/read-history.ts';

describe('history', () => {
	let folder: string;
	let file: string;
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), 'gatecrash-history-'));
		file = join(folder, 'history.jsonl');
	});
	afterEach(() => rm(folder, { recursive: true }));

	it('numbers events from 1 and keeps their order and times', async () => {
		const history = openHistory(file);
		for (let index = 0; index < 5; index += 1) history.append({ scenario: 's', is: 'scenario-began' });
		history.close();
		const { events, truncated, damaged } = await readHistory(file);
		expect(events.map((event) => event.n)).to.deep.equal([1, 2, 3, 4, 5]);
		expect(events.every((event, index) => index === 0 || event.at >= (events[index - 1]?.at ?? 0))).to.equal(true);
		expect({ truncated, damaged }).to.deep.equal({ truncated: false, damaged: [] });
	});

	it('has every appended event on disk once flush returns', async () => {
		const history = openHistory(file);
		history.append({ scenario: 's', is: 'scenario-began' });
		history.flush();
		expect(await readFile(file, 'utf8')).to.match(/scenario-began.*\n$/);
		history.close();
	});

	it('writes buffered events at the end of the turn without a flush', async () => {
		const history = openHistory(file);
		history.append({ scenario: 's', is: 'scenario-began' });
		await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
		expect(await readFile(file, 'utf8')).to.contain('scenario-began');
		history.close();
	});

	it('never overwrites an earlier history', async () => {
		await writeFile(file, '');
		expect(() => openHistory(file)).to.throw(/EEXIST/);
	});

	it('ignores what is appended after the close instead of failing', () => {
		const history = openHistory(file);
		history.close();
		expect(() => history.append({ scenario: 's', is: 'scenario-began' })).not.to.throw();
		expect(() => history.close()).not.to.throw();
	});

	it('stays readable when it is cut off at any byte of its last three records', async () => {
		const history = openHistory(file);
		for (const name of ['first', 'second', 'größer', 'last']) history.append({ scenario: name, is: 'scenario-began' });
		history.close();
		const bytes = await readFile(file);
		const lines = bytes.toString('utf8').split('\n');
		const firstLineEnd = Buffer.byteLength(`${lines[0]}\n`);
		for (let length = firstLineEnd; length <= bytes.length; length += 1) {
			const cut = bytes.subarray(0, length);
			const { events, truncated, damaged } = parseHistory(cut.toString('utf8'));
			const complete = [...cut].filter((byte) => byte === 10).length;
			expect(events.length, `at byte ${length}`).to.equal(complete);
			expect(truncated).to.equal(cut.at(-1) !== 10);
			expect(damaged).to.deep.equal([]);
		}
	});

	it('names damaged lines in the middle and reads the others', () => {
		const { events, damaged } = parseHistory(
			'{"n":1,"at":0,"is":"x"}\nnot json\n{"no":"event"}\n{"n":4,"at":1,"is":"x"}\n',
		);
		expect(events.map((event) => event.n)).to.deep.equal([1, 4]);
		expect(damaged).to.deep.equal([2, 3]);
	});
});
