// Runs in a pid namespace of its own, so that every process it sees is its own doing: starts `gatecrash run` again and
// again, kills it with SIGKILL at a random instant, waits for what it left, and judges the run that was cut off.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const [main, scenario, folder, trials, spread] = process.argv.slice(2);
const bound = 4000;
const reporters = ['json', 'junit', 'sarif', 'html', 'markdown', 'tap'];

/** Living processes; what is dead but not yet reaped holds no namespace. */
function processes() {
	return readdirSync('/proc').flatMap((pid) => {
		if (!/^\d+$/.test(pid)) return [];
		try {
			const state = /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
			const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').slice(0, 120);
			return state === 'Z' || state === 'X' ? [] : [{ pid, command }];
		} catch {
			return [];
		}
	});
}

/** What stands in the run folder beside its record. */
function readReports(folder) {
	const names = readdirSync(folder).filter((name) => /^(verdicts\.|junit\.|results\.|report\.)/.test(name));
	return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

const own = new Set(processes().map(({ pid }) => pid));
const report = [];
for (let trial = 0; trial < Number(trials); trial += 1) {
	const out = mkdtempSync(join(folder, 'out-'));
	const after = Math.random() * Number(spread);
	const asked = reporters.flatMap((name) => ['--reporter', name]);
	const child = spawn(process.execPath, [main, 'run', scenario, '--quiet', '--out', out, ...asked], { stdio: 'ignore' });
	const ended = new Promise((resolve) => child.once('exit', resolve));
	await Promise.race([delay(after), ended]);
	const finished = child.exitCode !== null;
	child.kill('SIGKILL');
	await ended;
	const killedAt = performance.now();
	let left = [];
	do {
		await delay(10);
		left = processes().filter(({ pid }) => !own.has(pid));
	} while (left.length > 0 && performance.now() - killedAt < bound);
	const latest = join(out, 'latest');
	const reports = existsSync(latest) ? readReports(latest) : {};
	const planned = existsSync(join(latest, 'plan.json'));
	const judged = spawnSync(process.execPath, [main, 'judge', 'latest', '--out', out, '--json'], { encoding: 'utf8', maxBuffer: 1 << 26 });
	report.push({
		...{ after: Math.round(after), finished, left, planned, exitCode: judged.status, complaint: judged.stderr.slice(0, 500) },
		verdicts: planned && judged.stdout ? JSON.parse(judged.stdout) : undefined,
		reports,
		history: existsSync(join(latest, 'history.jsonl')) ? readFileSync(join(latest, 'history.jsonl'), 'utf8') : '',
	});
}
process.stdout.write(JSON.stringify(report));
