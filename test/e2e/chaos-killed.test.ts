import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { makeSandbox, root } from '../cli/sandbox.ts';
import { descendantsOf, isRunning } from './support/descendants.ts';
import { gatecrashHere } from './support/in-process.ts';

/** One for each way in which something is broken. */
const scenarios = [
	'enforcer-restarted',
	'enforcer-restarted-slowly',
	'enforcer-flushed',
	'dns-restarted',
	'sidecars-restarted',
	'node-restarted',
	'policy-flipped',
	'policies-churned',
	'pod-relabelled-under-attempts',
	'namespace-relabelled-under-attempts',
	'client-recreated',
	'server-recreated',
	'policy-after-pod',
	'held-connection-through-flip',
	'address-used-again',
];

describe('a run that is killed with SIGKILL while a fault is in force', function () {
	this.timeout(90_000);
	let folder: string;
	let remove: () => void;
	beforeEach(() => ({ folder, remove } = makeSandbox()));
	afterEach(() => remove());

	/** Resolves when the first turn of the first round stands in the history. */
	async function untilBroken(history: string): Promise<void> {
		for (let waited = 0; waited < 60_000; waited += 20) {
			if (existsSync(history) && readFileSync(history, 'utf8').includes('"turn":{"round":0,"turn":0}')) return;
			await sleep(20);
		}
		throw new Error('no fault was injected');
	}

	for (const scenario of scenarios) {
		it(`${scenario}: nothing is left running, nothing is left to clean, and nothing around the fault is called enforced`, async () => {
			const file = join(root, `scenarios/chaos/${scenario}.yaml`);
			const child = spawn(process.execPath, [join(root, 'dist/main.js'), 'run', file, '--out', folder], {
				stdio: 'ignore',
			});
			const latest = join(folder, 'latest');
			await untilBroken(join(latest, 'history.jsonl'));
			const pids = descendantsOf(child.pid ?? 0);
			expect(pids, 'there is something that could be left').to.not.deep.equal([]);
			child.kill('SIGKILL');
			await once(child, 'close');
			for (let waited = 0; pids.some(isRunning) && waited < 5000; waited += 50) await sleep(50);
			expect(pids.filter(isRunning)).to.deep.equal([]);
			const cleaned = await gatecrashHere(['clean', '--out', folder, '--yes']);
			expect(cleaned.code, cleaned.stderr).to.equal(0);
			const judged = await gatecrashHere(['judge', latest, '--json']);
			expect(judged.code, judged.stderr).to.equal(2);
			const { scenarios: verdicts, complete } = JSON.parse(judged.stdout) as RunVerdicts;
			expect(complete).to.equal(false);
			const cells = verdicts.flatMap((one) => one.cells);
			const around = cells.filter(({ id }) => id.includes('/chaos-'));
			expect(around).to.not.be.empty;
			expect(new Set(around.map(({ verdict }) => verdict))).to.deep.equal(new Set(['inconclusive']));
			// What was allowed before the fault was answered before it; of a block the proof is missing.
			const others = cells.filter(({ verdict }) => verdict !== 'inconclusive');
			expect(others.every(({ expectation }) => expectation === 'allowed')).to.equal(true);
		});
	}
});
