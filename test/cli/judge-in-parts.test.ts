import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { reporterNames } from '../../src/cli/common-flags.ts';
import { gateFile } from '../../src/cli/gate-file.ts';
import { judgeFolder } from '../../src/cli/judge-folder.ts';
import { isInLines, openPlan, readPlan, writePlan } from '../../src/cli/plan-file.ts';
import { findRun } from '../../src/cli/run-folder.ts';
import { planDigest } from '../../src/cli/shard.ts';
import type { Waiver } from '../../src/model/gate.ts';
import { renderJson } from '../../src/report/json.ts';
import { gatecrashHere } from '../e2e/support/in-process.ts';
import { makeSandbox, root } from './sandbox.ts';

const scenarios = ['deny-all-ingress', 'ip-block-except', 'end-port', 'pod-relabelled'].map((name) =>
	join(root, `scenarios/network-policy/${name}.yaml`),
);

describe('a run that is judged in parts', function () {
	this.timeout(60_000);
	let folder: string;
	let run: string;
	let remove: () => void;
	before(async () => {
		({ folder, remove } = makeSandbox());
		await gatecrashHere(['run', ...scenarios, '--inject', 'except-ignored', '--quiet', '--out', folder]);
		run = findRun('latest', folder);
	});
	after(() => remove());

	/** Judges it in both ways. */
	async function both(): Promise<{ whole: string; parts: string; counts: unknown[] }> {
		const plan = await readPlan(run);
		writePlan(run, plan);
		const one = await judgeFolder(run, folder, { json: true });
		writePlan(run, plan, 0);
		expect(isInLines(run)).to.equal(true);
		const other = await judgeFolder(run, folder, { json: true });
		const parts = readFileSync(other.jsonFile ?? '', 'utf8');
		other.close();
		expect(one.jsonFile).to.equal(undefined);
		expect([other.duration, other.gaps]).to.deep.equal([one.duration, one.gaps]);
		return { whole: renderJson(one.verdicts), parts, counts: [one.verdicts.counts, other.verdicts.counts] };
	}

	/** Reports it in both ways, in all formats. */
	async function expectSameReports(): Promise<void> {
		const plan = await readPlan(run);
		const flags = reporterNames.flatMap((name) => ['--reporter', `${name}=-`]);
		const told: string[] = [];
		for (const most of [undefined, 0]) {
			writePlan(run, plan, most);
			told.push((await gatecrashHere(['report', run, ...flags])).stdout);
		}
		// Of cells that pass, reports leave out the evidence.
		const withoutEvidence = (text = '') => text.replace(/<script type="application\/json".*?<\/script>/s, '');
		expect(withoutEvidence(told[1])).to.equal(withoutEvidence(told[0]));
	}

	it('has the same verdicts.json, byte for byte', async () => {
		const { whole, parts, counts } = await both();
		expect(parts).to.equal(whole);
		expect(counts[1]).to.deep.equal(counts[0]).and.to.include({ leak: 4 });
	});

	it('has the same with waivers and a baseline, in every report', async () => {
		const position = { file: 'waivers.yaml', line: 1, column: 1 };
		const waivers: Waiver[] = [
			{ case: 'ip-block-except/connect/*/*/*/*', reason: 'it is known', position },
			{ case: 'end-port/connect/*/*/*', reason: 'it is not needed', position },
			{ case: 'nothing/connect/*/*/*', reason: 'it is not there', position },
			{ case: 'pod-relabelled/connect/*/*/*/*', reason: 'it has expired', expires: '2020-01-01', position },
		];
		const file = join(run, gateFile);
		for (const used of [waivers, waivers.slice(0, 3)]) {
			writeFileSync(file, JSON.stringify({ waivers: used, baseline: { run: 'before', cells: {} } }));
			const { whole, parts } = await both();
			expect(parts).to.equal(whole);
			expect(whole.match(/"waiver": \{/g)).to.have.length(4);
			await expectSameReports();
		}
		rmSync(file);
	});

	it('writes verdicts.json only where it is asked for', async () => {
		writePlan(run, await readPlan(run), 0);
		const judged = await judgeFolder(run, folder, { json: false });
		expect(judged.jsonFile).to.equal(undefined);
		expect(judged.verdicts.counts).to.include({ leak: 4 });
		judged.close();
	});

	it('has the same where its history was cut off at any place', async () => {
		const file = join(run, 'history.jsonl');
		const text = readFileSync(file, 'utf8');
		for (const share of [0, 0.05, 0.4, 0.8, 0.999]) {
			writeFileSync(file, text.slice(0, Math.floor(text.length * share)));
			const { whole, parts } = await both();
			expect(parts, `${share} of it`).to.equal(whole);
		}
		rmSync(file);
		const { whole, parts } = await both();
		expect(parts).to.equal(whole);
		writeFileSync(file, text);
	});

	it('says the same on the console, and in each report', async () => {
		await expectSameReports();
	});

	it('refuses a history in which a scenario goes on after its end', async () => {
		const file = join(run, 'history.jsonl');
		const text = readFileSync(file, 'utf8');
		const line = text.split('\n').find((one) => one.includes('"is":"try"'));
		writeFileSync(file, `${text}${line}\n`);
		writePlan(run, await readPlan(run), 0);
		const refused = await judgeFolder(run, folder, { json: true }).catch((error: Error) => error.message);
		writeFileSync(file, text);
		expect(refused).to.match(/is of a scenario that had ended before/);
	});
});

describe('a plan with a cell on each line', () => {
	it('is the same plan, as a whole and one scenario at a time', async () => {
		const { folder, remove } = makeSandbox();
		const { stdout } = await gatecrashHere(['plan', ...scenarios, '--json']);
		const plan = JSON.parse(stdout) as Awaited<ReturnType<typeof readPlan>>;
		writePlan(folder, plan, 0);
		expect(stdout === `${JSON.stringify(plan, null, 2)}\n`, 'it is printed as JSON.stringify would').to.equal(true);
		expect(await readPlan(folder)).to.deep.equal(plan);
		expect(planDigest(await readPlan(folder))).to.equal(planDigest(plan));
		const open = openPlan(folder);
		expect(plan.scenarios.map((_, place) => open.read(place))).to.deep.equal(plan.scenarios);
		// Of each scenario it keeps nothing that grows with its cells.
		expect(open.scenarios).to.deep.equal(plan.scenarios.map(({ cells: _cells, steps: _steps, ...rest }) => rest));
		expect(open.cells).to.equal(plan.scenarios.flatMap(({ cells }) => cells).length);
		open.close();
		remove();
	});
});
