import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { GatecrashError } from '../../../model/gatecrash-error.ts';
import { findTool, isExecutable } from '../tools.ts';

/** What to do where there is none, one sentence. */
export const envoyHint =
	'Put an `envoy` on the PATH, name one in GATECRASH_ENVOY, or bring it with `npm run setup` in a clone of gatecrash';

/** Where scripts/setup.sh puts it. */
export function envoyCache(home = homedir()): string {
	return join(home, '.cache/gatecrash/envoy/envoy');
}

/**
 * The Envoy that sidecars run: the one that GATECRASH_ENVOY names, one on PATH, or the one that set-up brought.
 * Undefined: there is none. A GATECRASH_ENVOY that can't be run is none either: whoever names one wants no other one.
 */
export function findEnvoy(environment: NodeJS.ProcessEnv = process.env, home = homedir()): string | undefined {
	const named = environment.GATECRASH_ENVOY;
	if (named !== undefined && named !== '') return isAbsolute(named) && isExecutable(named) ? named : undefined;
	const cached = envoyCache(home);
	return findTool('envoy', environment.PATH) ?? (isExecutable(cached) ? cached : undefined);
}

/** Such as `1.40.0`. @throws GatecrashError GC_TOOL_MISSING when it does not run here (another processor, for one). */
export async function readEnvoyVersion(file: string): Promise<string> {
	try {
		const { stdout } = await promisify(execFile)(file, ['--version'], { timeout: 20_000 });
		return /\/(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? 'unknown';
	} catch (cause) {
		throw new GatecrashError('GC_TOOL_MISSING', `${file} does not run: ${String(cause)}`, { cause, hint: envoyHint });
	}
}
