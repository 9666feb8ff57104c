import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openHistory } from '../../src/history/open-history.ts';
import { readHistory } from '../../src/history/read-history.ts';
import type { Cell } from '../../src/model/plan.ts';
import type { Agents } from '../../src/run/agents.ts';
import { KnownPaths } from '../../src/run/known-paths.ts';
import { recorderOf } from '../../src/run/recorder.ts';
import { settle, type SettleRequest } from '../../src/run/settle.ts';
import type { Tries } from '../../src/run/tries.ts';

const cell = { id: 'cell', path: 'path', expectation: 'blocked', on: undefined } as Cell;

describe('settling where nothing flips', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-settle-'));
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	async function settled(canary: SettleRequest['canary']) {
		const file = join(folder, 'history.jsonl');
		const history = openHistory(file);
		const known = new KnownPaths();
		const wait = { current: 1, roundTrips: [] };
		const timing = { settle: 50, hold: 1, waitFloor: 1, linger: 1 };
		const request = { step: 1, epoch: 1, cells: [cell, cell], known, wait, timing, bound: 50, hold: 1, canary };
		// No cell flips, so nothing is tried.
		const tries = undefined as unknown as Tries;
		const agents = undefined as unknown as Agents;
		const { signal } = new AbortController();
		await settle(tries, agents, recorderOf(history, 'scenario'), { ...request, signal });
		history.close();
		return (await readHistory(file)).events.find((event) => event.is === 'settled');
	}

	it('goes by the acknowledgement where the rules are in force with it', async () => {
		expect(await settled(undefined)).to.deep.include({ method: 'acknowledged', cells: [], unsettled: [] });
	});

	it('goes by the canary where the change is only stored', async () => {
		const bounds: number[] = [];
		const event = await settled(async (bound) => {
			bounds.push(bound);
			return 7;
		});
		expect(event).to.deep.include({ method: 'canary', cells: [{ cell: 'cell', after: 7 }], unsettled: [] });
		expect(bounds).to.deep.equal([50]);
	});

	it('knows nothing of any cell when the canary did not show within the bound', async () => {
		const event = await settled(async () => undefined);
		expect(event).to.deep.include({ method: 'canary', cells: [], unsettled: ['cell'] });
	});
});
