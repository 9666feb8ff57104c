/**
 * `npm run bench:watch`: how long `gatecrash watch` takes from the save of a file to the answer. Each scenario is saved
 * twenty times, in turns with its policies intact and with one of them weakened, so that every answer differs from the
 * one before it. The time is taken outside of the process that answers. WATCH_SAVES and WATCH_PAUSE (milliseconds between
 * an answer and the next save) change the measurement.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

const root = new URL('..', import.meta.url).pathname;
const saves = Number(process.env.WATCH_SAVES ?? 20);
const pause = Number(process.env.WATCH_PAUSE ?? 2000);

interface Subject {
	file: string;
	/** Text of the scenario file that is replaced, and what by: the cells that then answer otherwise. */
	from: string;
	to: string;
}

const subjects: Record<string, Subject> = {
	shop: {
		file: 'scenarios/network-policy/three-tier-shop.yaml',
		from: 'ingress: [{from: [{podSelector: {matchLabels: {tier: backend}}}], ports: [{port: 5432}]}]',
		to: 'ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 5432}]}]',
	},
	'shop-broken': {
		file: 'scenarios/network-policy/three-tier-shop.yaml',
		from: 'ingress: [{from: [{podSelector: {matchLabels: {tier: backend}}}], ports: [{port: 5432}]}]',
		to: 'ingress: [{from: [{podSelector: {matchLabels: {tier: backend}}}], ports: [{port: 5433}]}]',
	},
	matrix: {
		file: 'scenarios/network-policy/canonical-matrix.yaml',
		from: '{matchLabels: {ns: z}}',
		to: '{matchLabels: {ns: "y"}}',
	},
};

const wanted = process.argv.slice(2);
const load = () => loadavg()[0]?.toFixed(2) ?? '?';
process.stdout.write(
	`${cpus().length} processors, Node ${process.version}, load ${load()}, ${saves} saves, ${pause} ms apart\n`,
);
process.stdout.write('scenario     first s  p50 ms  p95 ms  slowest ms  answers  load after\n');
let slow = false;
for (const [name, subject] of Object.entries(subjects)) {
	if (wanted.length === 0 || wanted.includes(name)) await measure(name, subject);
}
process.exitCode = slow ? 1 : 0;

async function measure(name: string, { file, from, to }: Subject): Promise<void> {
	const folder = mkdtempSync(join(tmpdir(), 'gatecrash-watch-'));
	const scenario = join(folder, basename(file));
	cpSync(join(root, file, '../policies'), join(folder, 'policies'), { recursive: true });
	const intact = readFileSync(join(root, file), 'utf8');
	if (!intact.includes(from)) throw new Error(`${file} no longer holds "${from}"`);
	writeFileSync(scenario, intact);
	const args = [join(root, 'dist/main.js'), 'watch', scenario, '--out', join(folder, 'runs')];
	const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	let woken = () => {};
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (text: string) => {
			said += text;
			woken();
		});
	}
	child.once('exit', () => woken());
	const answer = async (): Promise<string> => {
		while (!said.includes('waiting for the next one')) {
			if (child.exitCode !== null) throw new Error(`gatecrash watch ended: ${said}`);
			await new Promise<void>((resolve) => {
				woken = resolve;
			});
		}
		const text = said;
		said = '';
		return text;
	};
	try {
		const began = performance.now();
		await answer();
		const first = performance.now() - began;
		const times: number[] = [];
		const verdicts = new Map<string, number>();
		for (let index = 0; index < saves; index += 1) {
			await delay(pause);
			// As editors do it: a new file in the place of the old one.
			writeFileSync(`${scenario}.new`, index % 2 === 0 ? intact.replaceAll(from, to) : intact);
			const saved = performance.now();
			renameSync(`${scenario}.new`, scenario);
			const text = await answer();
			times.push(performance.now() - saved);
			const verdict = /\b(ENFORCED|LEAK|BROKEN|INCONCLUSIVE)\b/.exec(text)?.[1] ?? 'nothing';
			verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
			if (process.env.WATCH_SHOW !== undefined) process.stdout.write(text);
		}
		times.sort((a, b) => a - b);
		const at = (share: number) => times[Math.ceil(share * times.length) - 1] ?? Number.NaN;
		slow ||= at(0.5) >= 1000;
		const counts = [...verdicts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
		process.stdout.write(
			`${name.padEnd(12)} ${(first / 1000).toFixed(2).padStart(7)} ${at(0.5).toFixed(0).padStart(7)} ${at(0.95).toFixed(0).padStart(7)} ${at(1).toFixed(0).padStart(11)}  ${counts}, load ${load()}\n`,
		);
	} finally {
		child.kill('SIGINT');
		await new Promise((resolve) => child.once('exit', resolve));
		rmSync(folder, { recursive: true, force: true });
	}
}
