/**
 * Part of `npm run bench`: the matrix of 1,000 pods by classes (`sample`), planned, judged and reported. Its history is simulated;
 * that says what the program needs for such a run, and nothing of a cluster.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { podClasses } from '../src/plan/pod-classes.ts';
import type { RunVerdicts } from '../src/model/verdict.ts';
import { parseScenarioText } from '../src/scenario/parse-scenario-text.ts';
import { matrixScenario } from './matrix-scenario.ts';
import { describeStage, measureProcess, peakLimit, type Stage, stageHead } from './measure-stage.ts';

const main = new URL('../dist/main.js', import.meta.url).pathname;
const planner = new URL('bench-million-plan.ts', import.meta.url).pathname;
const simulator = new URL('simulate-history.ts', import.meta.url).pathname;
const pods = 1000;
const pairs = 3;

/** Prints a line for each stage. Resolves with those that took more memory than they may. */
export async function benchThousandPods(): Promise<Stage[]> {
	const folder = await mkdtemp(join(tmpdir(), 'gatecrash-pods-'));
	try {
		const file = join(folder, 'matrix.yaml');
		const run = join(folder, 'run');
		await mkdir(run);
		await writeFile(file, matrixScenario(pods, `matrix-${pods}`, pairs));
		const plan = await measureProcess('plan, and write it', ['--import', 'tsx', planner, file, run]);
		const { stdout } = await execa(process.execPath, ['--import', 'tsx', simulator, run]);
		const { cells, sampled, standFor, events } = JSON.parse(stdout) as Record<string, number>;
		process.stdout.write(
			`\n${pods} pods in ${await countClasses(file)} classes, ${pairs} pairs of each with each: ${cells} cells, of which ${sampled} stand for ${standFor} paths; ${events} simulated events\n`,
		);
		const judged = join(folder, 'verdicts.json');
		const reporters = ['--reporter', `json=${judged}`, '--reporter', `html=${join(folder, 'report.html')}`];
		const stages = [
			plan,
			await measureProcess('gatecrash judge, report on the console', [main, 'judge', run]),
			await measureProcess('gatecrash report, JSON and HTML', [main, 'report', run, ...reporters]),
		];
		process.stdout.write(`${stageHead}\n${stages.map((stage) => `${describeStage(stage)}\n`).join('')}`);
		const { verdict, counts } = JSON.parse(await readFile(judged, 'utf8')) as RunVerdicts;
		process.stdout.write(`judged ${verdict}: ${counts.enforced} enforced, ${counts.observed} observed\n`);
		return stages.filter(({ peak }) => peak > peakLimit);
	} finally {
		await rm(folder, { recursive: true });
	}
}

async function countClasses(file: string): Promise<number> {
	const { scenarios } = parseScenarioText(await readFile(file, 'utf8'), file, () => {
		throw new Error('there are no policy files');
	});
	const [scenario] = scenarios;
	return scenario ? new Set(podClasses(scenario, Object.keys(scenario.pods)).values()).size : 0;
}
