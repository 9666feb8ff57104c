import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { mergeHistories } from '../../src/history/merge-histories.ts';
import { readHistory } from '../../src/history/read-history.ts';
import type { EventBody } from '../../src/model/event.ts';

const began: EventBody = { is: 'run-began', schemaVersion: 1, run: 'whole', version: '1', startedAt: '' };
const ended: EventBody = { is: 'run-ended', outcome: 'completed' };

describe('merged histories', () => {
	let folder: string;
	beforeEach(async () => {
		folder = await mkdtemp(join(tmpdir(), 'gatecrash-merge-'));
	});
	afterEach(() => rm(folder, { recursive: true }));

	const part = async (name: string, count: number): Promise<string> => {
		const events = [
			{ is: 'run-began', run: name },
			...Array.from({ length: count }, () => ({ is: 'scenario-began', scenario: `größe-${name}` })),
			{ is: 'run-ended', outcome: 'completed' },
		];
		const file = join(folder, name);
		await writeFile(
			file,
			events.map((event, index) => `${JSON.stringify({ n: index + 1, at: index, ...event })}\n`).join(''),
		);
		return file;
	};

	it('have the scenarios’ lines of each part, numbered anew, with their own times, in one frame', async () => {
		const whole = join(folder, 'history.jsonl');
		await mergeHistories(whole, [await part('a', 2), await part('b', 1)], [began], [ended]);
		const { events, damaged, truncated } = await readHistory(whole);
		expect(events.map(({ n, at, is }) => [n, at, is])).to.deep.equal([
			[1, 0, 'run-began'],
			[2, 1, 'scenario-began'],
			[3, 2, 'scenario-began'],
			[4, 1, 'scenario-began'],
			[5, 2, 'run-ended'],
		]);
		expect({ damaged, truncated }).to.deep.equal({ damaged: [], truncated: false });
	});

	it('lose and split no line however many there are', async () => {
		const whole = join(folder, 'history.jsonl');
		await mergeHistories(whole, [await part('a', 30_000), await part('b', 20_000)], [began], [ended]);
		const { events, damaged } = await readHistory(whole);
		expect(events).to.have.length(50_002);
		expect(events.every(({ n }, index) => n === index + 1)).to.equal(true);
		expect(damaged).to.deep.equal([]);
	});

	it('never overwrite a history that is there', async () => {
		const whole = await part('history.jsonl', 1);
		const before = await readFile(whole, 'utf8');
		const failed = await mergeHistories(whole, [], [began], [ended]).catch((error: unknown) => error);
		expect(failed).to.be.instanceOf(Error);
		expect(await readFile(whole, 'utf8')).to.equal(before);
	});
});
