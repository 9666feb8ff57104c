import { readFileSync } from 'node:fs';
import type { Scenario } from '../model/scenario.ts';
import type { MutatedScenario } from '../mutate/mutate-scenario.ts';
import { type MissingAttempt, whatIsMissing } from '../mutate/what-is-missing.ts';
import { addAttempts } from '../scenario/add-attempts.ts';
import { parseScenarioText } from '../scenario/parse-scenario-text.ts';
import { policyFileLoader } from '../scenario/policy-file-loader.ts';
import { replaceFile } from './replace-file.ts';

/** What is added may stand in the way of what another mutant needed; one pass is the rule. */
const mostPasses = 4;

export interface Fixing {
	mutate: (scenario: Scenario) => MutatedScenario;
	/** How many of a scenario's attempts contradict its policies; undefined: it can't be planned. */
	contradictions: (scenario: Scenario) => number | undefined;
	selected: (scenario: Scenario) => boolean;
}

/**
 * The text of a scenario file with what its scenarios miss, as far as it can be added: a listener more is no gain where an
 * attempt names its target without a port, and so would attempt that port as well.
 */
export function fixScenarios(text: string, file: string, fixing: Fixing): string {
	let fixed = text;
	for (let pass = 0; pass < mostPasses; pass += 1) {
		const before = fixed;
		for (const { name } of read(fixed, file).filter(fixing.selected)) fixed = fixOne(fixed, file, name, fixing);
		if (fixed === before) break;
	}
	return fixed;
}

/** The same of the file itself, in one step; whether it was changed. */
export function fixFile(file: string, fixing: Fixing): boolean {
	const text = readFileSync(file, 'utf8');
	const fixed = fixScenarios(text, file, fixing);
	if (fixed !== text) replaceFile(file, fixed);
	return fixed !== text;
}

/** All at once where that goes, else one by one those that do. */
function fixOne(text: string, file: string, name: string, { mutate, contradictions }: Fixing): string {
	const scenario = find(text, file, name);
	const missing = scenario ? whatIsMissing(mutate(scenario)) : [];
	const before = scenario && missing.length > 0 ? contradictions(scenario) : undefined;
	if (before === undefined) return text;
	const withThem = (base: string, attempts: readonly MissingAttempt[]): string | undefined => {
		const next = addAttempts(base, name, attempts);
		const changed = find(next, file, name);
		const after = changed && contradictions(changed);
		return after === undefined || after > before ? undefined : next;
	};
	const all = withThem(text, missing);
	if (all !== undefined) return all;
	// The last first: those before it keep their lines.
	return missing.reduceRight((base, one) => withThem(base, [one]) ?? base, text);
}

function find(text: string, file: string, name: string): Scenario | undefined {
	return read(text, file).find((scenario) => scenario.name === name);
}

function read(text: string, file: string): Scenario[] {
	const { scenarios, diagnostics } = parseScenarioText(text, file, policyFileLoader(file));
	return diagnostics.some(({ severity }) => severity === 'error') ? [] : scenarios;
}
