import type { Diagnostic } from '../model/diagnostic.ts';
import type { Scenario } from '../model/scenario.ts';
import { checkUniqueNames } from './check-unique-names.ts';
import { discoverFiles } from './discover-files.ts';
import { parseScenarioText } from './parse-scenario-text.ts';
import { policyFileLoader } from './policy-file-loader.ts';

/**
 * Reads scenario files, and directories recursively (`*.yaml`, `*.yml` that hold gatecrash.dev documents; everything
 * else there is left alone). Never rejects for what is in the files: that is told by the diagnostics.
 */
export async function readScenarios(paths: string[]): Promise<{ scenarios: Scenario[]; diagnostics: Diagnostic[] }> {
	const { files, diagnostics } = await discoverFiles(paths);
	const scenarios: Scenario[] = [];
	for (const { file, text } of files) {
		const parsed = parseScenarioText(text, file, policyFileLoader(file));
		scenarios.push(...parsed.scenarios);
		diagnostics.push(...parsed.diagnostics);
	}
	return { scenarios, diagnostics: [...diagnostics, ...checkUniqueNames(scenarios)] };
}
