import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { fromSources, packageFolder } from '../../package-folder.ts';

let bundled: Promise<string> | undefined;

/**
 * Path of the agent's program. Installed: dist/agent.cjs. Running from the sources (tests): bundled afresh, once in
 * each process, into node_modules/.cache, so that a test never meets an older agent than the sources say.
 * @throws GatecrashError GC_AGENT when it can't be had.
 */
export function agentProgram(): Promise<string> {
	bundled ??= fromSources ? bundleFromSources() : Promise.resolve(join(packageFolder, 'dist/agent.cjs'));
	return bundled.then((file) => {
		if (existsSync(file)) return file;
		throw new GatecrashError('GC_AGENT', `The agent's program ${file} is missing.`, { hint: 'Run: npm run build' });
	});
}

async function bundleFromSources(): Promise<string> {
	const folder = join(packageFolder, 'node_modules/.cache/gatecrash');
	const [file, fresh] = [join(folder, 'agent.cjs'), join(folder, `agent-${process.pid}.cjs`)];
	const options = ['--bundle', '--platform=node', '--target=node20', '--format=cjs', '--log-level=error'];
	try {
		await mkdir(folder, { recursive: true });
		await promisify(execFile)(join(packageFolder, 'node_modules/.bin/esbuild'), [
			join(packageFolder, 'src/agent/main.ts'),
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
