import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GatecrashError } from '../../model/gatecrash-error.ts';

const here = dirname(fileURLToPath(import.meta.url));
let bundled: Promise<string> | undefined;

/**
 * Path of the agent's program. Installed: dist/agent.mjs. Running from the sources (tests): bundled afresh, once in
 * each process, into node_modules/.cache, so that a test never meets an older agent than the sources say.
 * @throws GatecrashError GC_AGENT when it can't be had.
 */
export function agentProgram(): Promise<string> {
	bundled ??= import.meta.url.endsWith('.ts') ? bundleFromSources() : Promise.resolve(join(here, '../../agent.mjs'));
	return bundled.then((file) => {
		if (existsSync(file)) return file;
		throw new GatecrashError('GC_AGENT', `The agent's program ${file} is missing.`, { hint: 'Run: npm run build' });
	});
}

async function bundleFromSources(): Promise<string> {
	const root = join(here, '../../..');
	const folder = join(root, 'node_modules/.cache/gatecrash');
	const [file, fresh] = [join(folder, 'agent.mjs'), join(folder, `agent-${process.pid}.mjs`)];
	const options = ['--bundle', '--platform=node', '--target=node20', '--format=esm', '--log-level=error'];
	try {
		await mkdir(folder, { recursive: true });
		await promisify(execFile)(join(root, 'node_modules/.bin/esbuild'), [
			join(root, 'src/agent/main.ts'),
			...options,
			`--outfile=${fresh}`,
		]);
		// Other processes may be starting agents from the old file right now: they must see a whole one.
		await rename(fresh, file);
	} catch (cause) {
		throw new GatecrashError('GC_AGENT', `The agent could not be bundled: ${String(cause)}`, { cause });
	}
	return file;
}
