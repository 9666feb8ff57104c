/**
 * Part of `npm run bench`: plan, judge and reports of a million cells. One real run of the 60-pod matrix on the embedded
 * cluster is taken seventy times under other names, since no run of that size takes part of a benchmark. Each stage is a
 * process of its own, with the peak that the kernel says it had.
 */
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { matrixScenario } from './matrix-scenario.ts';

const main = new URL('../dist/main.js', import.meta.url).pathname;
const planner = new URL('bench-million-plan.ts', import.meta.url).pathname;
const pods = 60;

/** Prints a line for each stage. */
export async function benchMillion(copies: number): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), 'gatecrash-million-'));
	try {
		const one = join(folder, 'one');
		await writeFile(`${one}.yaml`, matrixScenario(pods));
		await execa(process.execPath, [main, 'run', `${one}.yaml`, '--quiet', '--out', one], { reject: false });
		const whole = join(folder, 'whole');
		process.stdout.write(`\n${(copies * pods * pods * 4).toLocaleString('en')} cells, ${copies} scenarios\n`);
		process.stdout.write('stage                                                  s  peak MiB  file MiB\n');
		const planned = await timed(process.execPath, ['--import', 'tsx', planner, whole, String(copies)]);
		row('plan, and write it', planned, await size(join(whole, 'plan.json')));
		await copyHistory(join(one, 'latest/history.jsonl'), join(whole, 'history.jsonl'), copies);
		const judge = await timed(process.execPath, [main, 'judge', whole]);
		row('judge, report on the console', judge, await size(join(whole, 'history.jsonl')));
		const files = { json: 'verdicts.json', html: 'report.html', junit: 'junit.xml', markdown: 'report.md' };
		const reporters = Object.entries(files).flatMap(([name, file]) => ['--reporter', `${name}=${join(whole, file)}`]);
		const report = await timed(process.execPath, [main, 'report', whole, ...reporters]);
		row(`judge, report as ${Object.keys(files).join(', ')}`, report, await size(join(whole, files.json)));
	} finally {
		await rm(folder, { recursive: true });
	}
}

interface Timed {
	seconds: number;
	/** Of its memory, MiB. */
	peak: number;
}

/** The kernel keeps the peak of a process (VmHWM); it is asked for until the process has ended. */
async function timed(program: string, args: string[]): Promise<Timed> {
	const began = performance.now();
	const running = execa(program, args, { reject: false, stdout: 'ignore' });
	let peak = 0;
	const ask = () => {
		const status = tryRead(`/proc/${running.pid}/status`);
		peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
	};
	const timer = setInterval(ask, 50);
	const { exitCode, stderr } = await running;
	clearInterval(timer);
	if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}: ${stderr.slice(-2000)}`);
	return { seconds: (performance.now() - began) / 1000, peak };
}

function tryRead(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}

async function copyHistory(from: string, to: string, copies: number): Promise<void> {
	const target = createWriteStream(to);
	const name = `matrix-${pods}`;
	let frame = '';
	let last = '';
	for (let copy = 0; copy < copies; copy += 1) {
		for await (const line of createInterface({ input: createReadStream(from), crlfDelay: Number.POSITIVE_INFINITY })) {
			const isFrame = !line.includes(`"scenario":"${name}"`);
			if (isFrame && line.includes('"is":"run-ended"')) last = line;
			else if (isFrame && copy === 0) frame += `${line}\n`;
			if (isFrame) continue;
			if (frame !== '') target.write(frame);
			frame = '';
			const ready = target.write(
				`${line.replaceAll(`"${name}"`, `"${name}-${copy}"`).replaceAll(`"${name}/`, `"${name}-${copy}/`)}\n`,
			);
			if (!ready) await new Promise<void>((resolve) => target.once('drain', () => resolve()));
		}
	}
	await new Promise<void>((resolve) => target.end(`${last}\n`, () => resolve()));
}

function row(stage: string, { seconds, peak }: Timed, file: number): void {
	const columns = [
		stage.padEnd(48),
		seconds.toFixed(1).padStart(7),
		peak.toFixed(0).padStart(9),
		file.toFixed(0).padStart(9),
	];
	process.stdout.write(`${columns.join(' ')}\n`);
}

async function size(file: string): Promise<number> {
	return (await stat(file)).size / 2 ** 20;
}
