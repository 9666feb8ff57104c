/**
 * Part of `npm run bench`: plan, judge and every report of a million cells, each within 2 GiB. One real run of the 60-pod matrix
 * on the embedded cluster is taken seventy times under other names, since no run of that size takes part of a benchmark.
 */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { copyHistory } from './copy-history.ts';
import { matrixScenario } from './matrix-scenario.ts';
import { describeStage, measureProcess, peakLimit, type Stage, stageHead } from './measure-stage.ts';

const main = new URL('../dist/main.js', import.meta.url).pathname;
const planner = new URL('bench-million-plan.ts', import.meta.url).pathname;
const reporter = new URL('bench-million-reports.ts', import.meta.url).pathname;
const pods = 60;
const name = `matrix-${pods}`;

/** Prints a line for each stage. Resolves with those that took more memory than they may. */
export async function benchMillion(copies: number): Promise<Stage[]> {
	const folder = await mkdtemp(join(tmpdir(), 'gatecrash-million-'));
	try {
		const scenarios = join(folder, 'scenarios');
		await mkdir(scenarios);
		for (let copy = 0; copy < copies; copy += 1) {
			// In the order of the history.
			const file = join(scenarios, `matrix-${String(copy).padStart(4, '0')}.yaml`);
			await writeFile(file, matrixScenario(pods, `${name}-${copy}`));
		}
		const history = await recordOne(folder);
		const whole = join(folder, 'whole');
		await mkdir(whole);
		await copyHistory(history, join(whole, 'history.jsonl'), name, copies);
		process.stdout.write(`\n${(copies * pods * pods * 4).toLocaleString('en')} cells, ${copies} scenarios, `);
		process.stdout.write(`history ${await size(join(whole, 'history.jsonl'))} MiB, load ${load()}\n${stageHead}\n`);
		const stages = [
			await told(measureProcess('plan, and write it', ['--import', 'tsx', planner, scenarios, whole])),
			await told(measureProcess('gatecrash plan --json', [main, 'plan', scenarios, '--json'])),
			await told(measureProcess('gatecrash judge, report on the console', [main, 'judge', whole])),
			...(await reports(whole, folder)),
		];
		process.stdout.write(`load ${load()}\n`);
		return stages.filter(({ peak }) => peak > peakLimit);
	} finally {
		await rm(folder, { recursive: true });
	}
}

/** Runs the matrix once. Resolves with its history. */
async function recordOne(folder: string): Promise<string> {
	const one = join(folder, 'one');
	await writeFile(`${one}.yaml`, matrixScenario(pods));
	const args = [main, 'run', `${one}.yaml`, '--quiet', '--reporter', `tap=${one}.tap`, '--out', one];
	const { exitCode, stderr } = await execa(process.execPath, args, { reject: false });
	if (exitCode !== 0) throw new Error(`gatecrash run ended with ${exitCode}: ${stderr.slice(-2000)}`);
	return join(one, 'latest/history.jsonl');
}

async function told(measured: Promise<Stage>): Promise<Stage> {
	const stage = await measured;
	process.stdout.write(`${describeStage(stage)}\n`);
	return stage;
}

async function reports(run: string, folder: string): Promise<Stage[]> {
	const running = execa(process.execPath, ['--import', 'tsx', reporter, run, folder]);
	const stages: Stage[] = [];
	for await (const line of running) stages.push(await told(Promise.resolve(JSON.parse(line) as Stage)));
	return stages;
}

async function size(file: string): Promise<string> {
	return ((await stat(file)).size / 2 ** 20).toFixed(0);
}

function load(): string {
	return (loadavg()[0] ?? 0).toFixed(1);
}
