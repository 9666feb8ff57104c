import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Lets Node run the sources from any folder. */
export const tsxLoader = createRequire(import.meta.url).resolve('tsx');
export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** Runs the program from its sources as a user would, in `cwd`, with a clean GATECRASH_* environment. */
export function gatecrash(args: string[], cwd: string, env: Record<string, string> = {}): Promise<Ended> {
	const inherited = Object.entries(process.env).filter(
		([name]) => !/^(GATECRASH_|NO_COLOR$|FORCE_COLOR$|CI$)/.test(name),
	);
	const child = spawn(process.execPath, ['--import', tsxLoader, join(root, 'src/main.ts'), ...args], {
		cwd,
		env: { ...Object.fromEntries(inherited), ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
		timeout: 20_000,
	});
	let stdout = '';
	let stderr = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		stdout += text;
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
	});
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (code) => resolve({ code, stdout, stderr }));
	});
}

/** A folder of its own; whoever makes it removes it. */
export function makeSandbox(): { folder: string; remove: () => void } {
	const folder = mkdtempSync(join(tmpdir(), 'gatecrash-cli-'));
	return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
