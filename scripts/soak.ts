/**
 * `npm run soak -- --minutes 30`: pods and policies come and go on the embedded cluster for so long (default 2), in one run of
 * the program as users start it. Every five seconds the memory of the runner and of the agents that stay is read. Fails
 * where memory grows (in ten minutes or more), where a path leaks or breaks, where the history can't be read whole, and where judging it again gives
 * other verdicts. The run is ended at one and a half times its length. Takes about a fifth of a processor.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { readHistory } from '../src/history/read-history.ts';
import type { RunVerdicts } from '../src/model/verdict.ts';
import { courseOf, ProcessorTime, type Sample, sampleMemory } from './soak/memory.ts';
import { soakScenario } from './soak/scenario.ts';

const asked = process.argv.indexOf('--minutes');
const minutes = asked < 0 ? 2 : Number(process.argv[asked + 1]);
if (!(minutes > 0 && minutes <= 600)) throw new Error('--minutes takes a number up to 600');
const main = new URL('../dist/main.js', import.meta.url).pathname;
/** Seconds. */
const pause = 5;
/** While the cluster comes up and the first agents start nothing is read. */
const warmUp = 10;
/** Minutes; in less, programs have not warmed up, and nothing can be said of how memory goes on. */
const longEnough = 10;
const lasting = ['web', 'neighbour', 'outsider', 'kiosk'];

const problems: string[] = [];
/** Of the runner, MiB: it is reached when it reads its history again to judge it. */
let peak = 0;
const load = () => (loadavg()[0] ?? 0).toFixed(1);
const folder = mkdtempSync(join(tmpdir(), 'gatecrash-soak-'));
const out = join(folder, 'runs');
try {
	const file = join(folder, 'soak.yaml');
	writeFileSync(file, soakScenario(minutes));
	console.log(`soak: about ${minutes} minutes, load ${load()}`);
	const { samples, seconds, exitCode, processor } = await soak(file);
	const used = processor / seconds;
	console.log(
		`the run ended with ${exitCode} after ${(seconds / 60).toFixed(1)} min, ${(used * 100).toFixed(0)} % of one processor, load ${load()}`,
	);
	tellMemory(samples);
	await tellHistory();
	await tellVerdicts();
} finally {
	if (problems.length === 0) rmSync(folder, { recursive: true, force: true });
	else console.log(`what it has recorded is in ${out}`);
}
for (const problem of problems) console.log(`FAIL  ${problem}`);
console.log(`soak: ${problems.length === 0 ? 'passed' : 'failed'}`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Runs it and samples its memory until it has ended. */
async function soak(
	file: string,
): Promise<{ samples: Sample[]; seconds: number; exitCode: number | undefined; processor: number }> {
	const began = performance.now();
	const seconds = () => (performance.now() - began) / 1000;
	const timeout = minutes * 90_000 + 60_000;
	const child = execa(process.execPath, [main, 'run', file, '--quiet', '--json', '--out', out], {
		...{ reject: false, timeout, stdout: 'ignore', stderr: 'inherit', killSignal: 'SIGINT' },
	});
	let ended = false;
	const ending = child.then(({ exitCode }) => {
		ended = true;
		return exitCode;
	});
	const samples: Sample[] = [];
	const processor = new ProcessorTime(child.pid ?? 0);
	let toldAt = 0;
	while (!ended) {
		await Promise.race([sleep(pause * 1000), ending]);
		if (!ended) processor.read();
		const about = join(out, 'latest/run.json');
		if (ended || seconds() < warmUp || !existsSync(about)) continue;
		const { run } = JSON.parse(readFileSync(about, 'utf8')) as { run: string };
		const sample = sampleMemory(child.pid ?? 0, run, lasting, seconds());
		peak = Math.max(peak, sample.runner);
		// In the end its agents are gone, and it judges what it has recorded.
		if (lasting.every((name) => (sample.agents[name] ?? 0) > 0)) samples.push(sample);
		if (seconds() - toldAt < 60) continue;
		toldAt = seconds();
		const agents = lasting.map((name) => `${name} ${(sample.agents[name] ?? 0).toFixed(0)}`).join(', ');
		console.log(
			`${(toldAt / 60).toFixed(0).padStart(3)} min: runner ${sample.runner.toFixed(0)} MiB; ${agents}; load ${load()}`,
		);
	}
	return { samples, seconds: seconds(), exitCode: await ending, processor: processor.read() };
}

function tellMemory(samples: readonly Sample[]): void {
	const tell = (name: string, { quarters, flat }: ReturnType<typeof courseOf>) => {
		console.log(`${name.padEnd(18)} ${quarters.map((value) => `${value.toFixed(1).padStart(6)} MiB`).join('')}`);
		if (!flat && minutes >= longEnough)
			problems.push(`the memory of ${name} grew: ${quarters.map((value) => value.toFixed(1)).join(', ')} MiB`);
	};
	console.log(`memory, median of each quarter of the time (${samples.length} readings)`);
	if (samples.length < 8) problems.push('too few readings of memory to say anything');
	console.log(`the runner’s highest, in the end when it judges: ${peak.toFixed(0)} MiB`);
	tell('runner', courseOf(samples.map(({ runner }) => runner)));
	for (const name of lasting) tell(`agent of ${name}`, courseOf(samples.map(({ agents }) => agents[name] ?? 0)));
	const counts = samples.map(({ count }) => count);
	console.log(`agents at a time: ${Math.min(...counts)} to ${Math.max(...counts)}`);
}

async function tellHistory(): Promise<void> {
	const history = join(out, 'latest/history.jsonl');
	const { events, truncated, damaged } = await readHistory(history);
	const size = statSync(history).size / 2 ** 20;
	const made = events.filter((event) => event.is === 'change').length;
	console.log(
		`history: ${events.length} lines, ${size.toFixed(1)} MiB, ${made} changes; ${truncated || damaged.length > 0 ? 'damaged' : 'whole'}`,
	);
	if (truncated || damaged.length > 0) problems.push('the history is not whole');
}

async function tellVerdicts(): Promise<void> {
	const recorded = readFileSync(join(out, 'latest/verdicts.json'), 'utf8');
	const { counts } = JSON.parse(recorded) as RunVerdicts;
	const seen = Object.entries(counts).filter(([, count]) => count > 0);
	console.log(`verdicts: ${seen.map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`);
	if (counts.leak + counts.broken > 0) problems.push('a path leaked or was broken');
	const began = performance.now();
	const again = await execa(process.execPath, [main, 'judge', join(out, 'latest'), '--json'], {
		...{ reject: false, stripFinalNewline: false, maxBuffer: 1 << 30 },
	});
	const same = again.stdout === recorded;
	console.log(
		`judged again in ${((performance.now() - began) / 1000).toFixed(1)} s: ${same ? 'the same, byte by byte' : 'different'}`,
	);
	if (!same) problems.push('judging again gives other verdicts');
}
