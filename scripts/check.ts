// The project's checks, one line each. Whatever fails shows its output; the last line counts. Tests are not part of it.
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { execa } from 'execa';

interface Check {
	name: string;
	command: string;
	args: string[];
}

interface CheckResult extends Check {
	ok: boolean;
	output: string;
	seconds: number;
}

const deadline = 5 * 60_000;

const checks: Check[] = [
	{ name: 'types', command: 'tsc', args: ['--noEmit', '-p', '.'] },
	// A program of its own: it runs in browsers, where Node's globals are not, and theirs are.
	{ name: 'types of the report page', command: 'tsc', args: ['--noEmit', '-p', 'src/report/html/page'] },
	// Type-aware, with the import rules of docs/architecture.md.
	{ name: 'lint and import rules', command: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
	{ name: 'format', command: 'biome', args: ['format', '.'] },
	{ name: 'unused files, exports and dependencies', command: 'knip', args: ['--config', '.knip.json'] },
	{ name: 'generated files are fresh', command: 'tsx', args: ['scripts/generate.ts', '--check'] },
];

async function runCheck(check: Check): Promise<CheckResult> {
	const began = performance.now();
	const { failed, all } = await execa(check.command, check.args, {
		preferLocal: true,
		reject: false,
		all: true,
		timeout: deadline,
		stdin: 'ignore',
		env: { NO_COLOR: '1' },
	});
	return { ...check, ok: !failed, output: all, seconds: (performance.now() - began) / 1000 };
}

function print(result: CheckResult): void {
	console.log(`${result.ok ? 'ok  ' : 'FAIL'}  ${result.seconds.toFixed(1).padStart(5)} s  ${result.name}`);
	if (result.ok) return;
	console.log(`      ${[result.command, ...result.args].join(' ')}`);
	for (const line of result.output.trim().split('\n')) console.log(`      ${line}`);
}

const queue = [...checks];
const results: CheckResult[] = [];
async function work(): Promise<void> {
	for (let check = queue.shift(); check; check = queue.shift()) {
		const result = await runCheck(check);
		results.push(result);
		print(result);
	}
}
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));

const failed = results.filter((result) => !result.ok).length;
console.log(`checks: ${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
