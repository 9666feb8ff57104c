// Runs as process 1 or 2 of a pid namespace of its own, so that everything it sees in /proc is its own doing: starts the
// bundled victim again and again, kills it at a random instant, and prints what was left of it after a while.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const [victim, agent, trials, spread] = process.argv.slice(2);
const bound = 3000;

/** Living processes with their namespaces. */
function processes() {
	return readdirSync('/proc').flatMap((pid) => {
		if (!/^\d+$/.test(pid)) return [];
		try {
			const state = /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
			if (state === 'Z' || state === 'X') return [];
			const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').slice(0, 120);
			const spaces = ['net', 'mnt', 'user'].map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`));
			return [{ pid, command, spaces }];
		} catch {
			return [];
		}
	});
}

const before = new Set(processes().map(({ pid }) => pid));
const report = { trials: 0, duringDeploy: 0, slowest: 0, left: [] };
for (let trial = 0; trial < Number(trials); trial++) {
	const child = spawn(process.execPath, [victim], { env: { ...process.env, PROBE_AGENT: agent }, stdio: ['ignore', 'pipe', 'inherit'] });
	let said = '';
	child.stdout.on('data', (text) => {
		said += text;
	});
	await new Promise((resolve) => child.stdout.once('data', resolve));
	await delay(Math.random() * Number(spread));
	child.kill('SIGKILL');
	const killedAt = performance.now();
	report.trials++;
	if (!said.includes('deployed')) report.duringDeploy++;
	let left;
	do {
		await delay(5);
		left = processes().filter(({ pid }) => !before.has(pid));
	} while (left.length > 0 && performance.now() - killedAt < bound);
	report.slowest = Math.max(report.slowest, performance.now() - killedAt);
	report.left.push(...left);
}
process.stdout.write(JSON.stringify(report));
