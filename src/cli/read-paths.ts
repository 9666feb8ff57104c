import { existsSync } from 'node:fs';
import type { Diagnostic } from '../model/diagnostic.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Scenario } from '../model/scenario.ts';
import { readScenarios } from '../scenario/read-scenarios.ts';

const defaultPath = 'scenarios';

/** Scenarios of the files and folders given, or of `scenarios`. A path that does not exist is a diagnostic. */
export async function readPaths(paths: string[]): Promise<{ scenarios: Scenario[]; diagnostics: Diagnostic[] }> {
	if (paths.length === 0 && !existsSync(defaultPath)) {
		throw new GatecrashError('GC_USAGE', `no PATHS given, and there is no folder "${defaultPath}" here`, {
			hint: 'name scenario files or folders, or write a sample with `gatecrash init`',
		});
	}
	return readScenarios(paths.length === 0 ? [defaultPath] : paths);
}
