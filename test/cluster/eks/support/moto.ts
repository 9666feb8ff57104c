import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** AWS's API as far as moto plays it (https://docs.getmoto.org), in a Python environment of its own. */
const version = '5.2.5';
const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), `gatecrash/moto-${version}`);
const program = join(folder, 'bin/moto_server');

/** Installs it from PyPI where it is not there. Undefined: it can be used; else why not. */
export function whyNoMoto(): string | undefined {
	if (existsSync(program)) return undefined;
	const fresh = `${folder}.${process.pid}`;
	try {
		mkdirSync(join(folder, '..'), { recursive: true });
		execFileSync('python3', ['-m', 'venv', fresh], { stdio: 'pipe', timeout: 60_000 });
		const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `moto[server]==${version}`];
		execFileSync(join(fresh, 'bin/python'), pip, { stdio: 'pipe', timeout: 180_000 });
		// Another test may be doing the same. Its programs name the folder that they were made in, so python runs the module.
		if (!existsSync(folder)) renameSync(fresh, folder);
		return undefined;
	} catch (error) {
		return `moto ${version} can't be installed into ${folder}: ${String((error as Error).message).split('\n')[0]}`;
	} finally {
		rmSync(fresh, { recursive: true, force: true });
	}
}

export interface Moto {
	url: string;
	stop: () => void;
}

/** An empty AWS on loopback. Whoever starts it stops it. */
export async function startMoto(): Promise<Moto> {
	const port = await freePort();
	// By module: a venv's scripts name the folder in which they were made.
	const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)];
	const child = spawn(join(folder, 'bin/python'), args, {
		stdio: 'ignore',
		env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
	});
	const url = `http://127.0.0.1:${port}`;
	await untilItAnswers(url, child);
	return { url, stop: () => void child.kill('SIGKILL') };
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
	for (let waited = 0; waited < 60_000; waited += 100) {
		if (child.exitCode !== null) throw new Error(`moto ended with ${child.exitCode}`);
		const answer = await fetch(`${url}/moto-api/data.json`).catch(() => undefined);
		if (answer?.ok) return;
		await sleep(100);
	}
	child.kill('SIGKILL');
	throw new Error('moto did not answer');
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise<void>((resolve) => server.close(() => resolve()));
	return port;
}
