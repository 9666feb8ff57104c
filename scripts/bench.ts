/**
 * `npm run bench`: the field's canonical matrix (pods x pods x 2 TCP and 2 UDP ports, most of it forbidden) at 9, 30 and
 * 60 pods, from nothing to verdicts as a whole process, with the cost per cell; then predictions alone, for up to 2,000
 * pods, and plan, judge and reports of a million cells and of 1,000 sampled pods. Machines are noisy: medians are shown.
 * `--million`: these two alone; of each stage time and peak, and exit code 1 where one is over its limit. `BENCH_COPIES`: so many
 * scenarios of 14,400 cells instead of 70. `--mutation`: `generate` and `mutate` alone.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { readHistory } from '../src/history/read-history.ts';
import type { EventOf, HistoryEvent } from '../src/model/event.ts';
import type { RunVerdicts } from '../src/model/verdict.ts';
import { benchMillion } from './bench-million.ts';
import { benchMutation } from './bench-mutation.ts';
import { benchThousandPods } from './bench-thousand-pods.ts';
import { matrixScenario } from './matrix-scenario.ts';
import { peakLimit } from './measure-stage.ts';

interface Measured {
	cells: number;
	total: number;
	ready: number;
	attempt: number;
	wait: number;
	judged: number;
	enforced: number;
}

const sizes = [9, 30, 60];
const repeats = Number(process.env.BENCH_REPEATS ?? 3);
const main = new URL('../dist/main.js', import.meta.url).pathname;

const folder = await mkdtemp(join(tmpdir(), 'gatecrash-bench-'));
try {
	const only = ['million', 'mutation'].find((part) => process.argv.includes(`--${part}`));
	if (only === undefined) await benchMatrices();
	if (only !== 'mutation') await benchLarge();
	if (only !== 'million') await benchMutation();
} finally {
	await rm(folder, { recursive: true });
}

async function benchLarge(): Promise<void> {
	const copies = Number(process.env['BENCH_COPIES'] ?? 70);
	const over = [...(await benchMillion(copies)), ...(await benchThousandPods())];
	if (over.length > 0) process.exitCode = 1;
	for (const { name, peak } of over)
		process.stderr.write(`${name}: ${peak.toFixed(0)} MiB are more than ${peakLimit}\n`);
}

async function benchMatrices(): Promise<void> {
	process.stdout.write(`${cpus().length} processors, Node ${process.version}, median of ${repeats} runs\n\n`);
	process.stdout.write(
		'pods  cells  all enforced  total s  ready s  attempt phase s  wait s  attempt / wait  per cell ms\n',
	);
	for (const size of sizes) {
		const file = join(folder, `matrix-${size}.yaml`);
		await writeFile(file, matrixScenario(size));
		const runs: Measured[] = [];
		for (let repeat = 0; repeat < repeats; repeat += 1) runs.push(await measure(file));
		process.stdout.write(`${row(size, runs)}\n`);
	}
	await benchPredictions();
}

/** Every pair of pods on one port, predicted from 200 policies; each size in a process of its own. */
async function benchPredictions(): Promise<void> {
	process.stdout.write('\npredictions of every pair on one port, 200 policies\n');
	process.stdout.write('pods    pairs     s  us per pair  memory grew MiB  peak MiB\n');
	const script = new URL('bench-predictions.ts', import.meta.url).pathname;
	for (const size of [250, 500, 1000, 2000]) {
		const runs: { took: number; grown: number; peak: number }[] = [];
		for (let repeat = 0; repeat < repeats; repeat += 1) {
			const { stdout } = await execa(process.execPath, ['--import', 'tsx', script, String(size)]);
			runs.push(JSON.parse(stdout) as (typeof runs)[number]);
		}
		const [middle] = runs.sort((a, b) => a.took - b.took).slice(Math.floor(runs.length / 2));
		if (!middle) continue;
		const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
		process.stdout.write(
			`${[
				...[String(size).padStart(4), String(size * size).padStart(8), (middle.took / 1000).toFixed(2).padStart(5)],
				((middle.took * 1000) / (size * size)).toFixed(2).padStart(12),
				...[mebibytes(middle.grown).padStart(16), mebibytes(middle.peak).padStart(9)],
			].join(' ')}\n`,
		);
	}
}

async function measure(file: string): Promise<Measured> {
	const out = join(folder, `run-${Math.random().toString(36).slice(2)}`);
	const began = performance.now();
	const { stdout, exitCode } = await execa(process.execPath, [main, 'run', file, '--json', '--quiet', '--out', out], {
		reject: false,
		maxBuffer: 1 << 28,
	});
	const total = performance.now() - began;
	if (exitCode !== 0 && exitCode !== 1 && exitCode !== 2) throw new Error(`gatecrash run ended with ${exitCode}`);
	const verdicts = JSON.parse(stdout) as RunVerdicts;
	const { events } = await readHistory(join(out, 'latest/history.jsonl'));
	await readFile(join(out, 'latest/verdicts.json'));
	const declared = events.find(
		(event): event is EventOf<'epoch-began'> => event.is === 'epoch-began' && event.purpose === 'declared',
	);
	const inEpoch = events.filter((event) => 'epoch' in event && event.epoch === declared?.epoch);
	const sent = inEpoch.find((event) => event.is === 'try')?.at ?? 0;
	const answered = Math.max(...inEpoch.filter((event) => event.is === 'result').map((event) => event.at));
	const calibration = inEpoch.find((event): event is EventOf<'calibration'> => event.is === 'calibration');
	const cells = verdicts.scenarios.flatMap((scenario) => scenario.cells);
	return {
		cells: cells.length,
		total,
		ready: firstEpoch(events),
		attempt: answered - sent,
		wait: calibration?.wait ?? Number.NaN,
		judged: total,
		enforced: cells.filter((cell) => cell.verdict === 'enforced' || cell.verdict === 'observed').length,
	};
}

function firstEpoch(events: readonly HistoryEvent[]): number {
	return events.find((event) => event.is === 'epoch-began')?.at ?? Number.NaN;
}

function row(size: number, runs: readonly Measured[]): string {
	const middle = (of: (run: Measured) => number) => {
		const values = runs.map(of).sort((a, b) => a - b);
		return values[Math.floor(values.length / 2)] ?? Number.NaN;
	};
	const seconds = (of: (run: Measured) => number) => (middle(of) / 1000).toFixed(2);
	const cells = middle((run) => run.cells);
	const all = runs.every((run) => run.enforced === run.cells) ? 'yes' : 'NO';
	return [
		String(size).padStart(4),
		String(cells).padStart(6),
		all.padStart(13),
		seconds((run) => run.total).padStart(8),
		seconds((run) => run.ready).padStart(8),
		seconds((run) => run.attempt).padStart(16),
		seconds((run) => run.wait).padStart(7),
		middle((run) => run.attempt / run.wait)
			.toFixed(2)
			.padStart(15),
		(middle((run) => run.total) / cells).toFixed(2).padStart(12),
	].join(' ');
}
