import type { Diagnostic } from '../model/diagnostic.ts';
import type { Scenario } from '../model/scenario.ts';
import { buildScenario } from './build-scenario.ts';
import { checkScenario } from './check-scenario.ts';
import type { LoadPolicyFile } from './policy-files.ts';
import { type Problems, problemsOf } from './problems.ts';
import { readPolicies } from './read-policies.ts';
import { salvage } from './salvage.ts';
import { apiVersion, scenarioSchema } from './schema.ts';
import { checkSchema } from './schema-problems.ts';
import { readYaml, type YamlDocument } from './yaml-document.ts';

/**
 * Every scenario of a text, and everything that is wrong with it. Pure but for `loadPolicyFile`; never throws, whatever
 * the text. A scenario with an error is left out.
 */
export function parseScenarioText(
	text: string,
	file: string,
	loadPolicyFile: LoadPolicyFile,
): { scenarios: Scenario[]; diagnostics: Diagnostic[] } {
	const { documents, diagnostics } = readYaml(text, file);
	if (documents.length === 0 && diagnostics.length === 0) {
		const hint = `begin with apiVersion: ${apiVersion} and kind: Scenario`;
		diagnostics.push({
			code: 'empty-file',
			message: 'the file holds no scenario',
			file,
			line: 1,
			column: 1,
			severity: 'error',
			hint,
		});
	}
	const scenarios: Scenario[] = [];
	for (const document of documents) {
		if (!document.sound) continue;
		const scenario = parseDocument(document, file, loadPolicyFile, diagnostics);
		if (scenario) scenarios.push(scenario);
	}
	return { scenarios, diagnostics };
}

function parseDocument(
	document: YamlDocument,
	file: string,
	load: LoadPolicyFile,
	into: Diagnostic[],
): Scenario | undefined {
	const diagnostics: Diagnostic[] = [];
	if (!isScenario(document, problemsOf(document, into))) return undefined;
	const faults = checkSchema(scenarioSchema, document.value, problemsOf(document, diagnostics));
	const draft = salvage(document.value, faults);
	if (draft) {
		const policies = readPolicies(draft.input.spec.policies ?? {}, document, load, diagnostics);
		checkScenario(draft, policies, problemsOf(document, diagnostics));
		if (!diagnostics.some(({ severity }) => severity === 'error')) {
			into.push(...diagnostics);
			return buildScenario(
				draft.input,
				policies.map(({ spec }) => spec),
				document,
				file,
			);
		}
	}
	into.push(...diagnostics);
	return undefined;
}

/** Documents of ours that are no scenarios, and how they are used. */
const otherKinds: Record<string, string> = {
	Cluster: 'a cluster definition is given with --cluster FILE',
	Waivers: 'a waivers file is given with --waivers FILE',
};

/** Something else altogether is told in one sentence, and not by all that it lacks. */
function isScenario({ value }: YamlDocument, problems: Problems): boolean {
	const hint = `a scenario begins with apiVersion: ${apiVersion} and kind: Scenario`;
	if (value === null || typeof value !== 'object' || Array.isArray(value)) {
		problems.add([], { code: 'not-a-scenario', message: 'this is not a map', hint });
		return false;
	}
	const { apiVersion: version, kind } = value as Record<string, unknown>;
	const other = typeof version === 'string' && !version.startsWith('gatecrash.dev/') ? version : undefined;
	const use = typeof kind === 'string' ? otherKinds[kind] : undefined;
	if (other === undefined && use === undefined) return true;
	const message = `this is a ${typeof kind === 'string' ? kind : 'document'} of ${other ?? apiVersion}, and no scenario`;
	const at = other === undefined ? 'kind' : 'apiVersion';
	problems.add([at], { code: 'not-a-scenario', message, hint: other === undefined && use ? use : hint });
	return false;
}
