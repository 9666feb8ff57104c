import { parse } from 'yaml';
import type { Scenario } from '../../src/model/scenario.ts';
import { mutateScenario, type MutatedScenario } from '../../src/mutate/mutate-scenario.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';
import { positionInPolicy } from '../../src/scenario/policy-positions.ts';

/** Everything of a scenario but its policies and attempts, in YAML's flow style. */
export interface ScenarioParts {
	namespaces?: string;
	pods: string;
	services?: string;
	external?: string;
	/** By name; each an object's YAML. */
	policies: Record<string, string>;
	attempts?: string[];
	phases?: string[];
	chaos?: string[];
}

export function scenarioText({ namespaces = '{shop: {}}', ...parts }: ScenarioParts): string {
	const list = (key: string, items: string[] | undefined) =>
		items ? `  ${key}:\n${items.map((item) => `    - ${item}`).join('\n')}\n` : '';
	const policies = Object.entries(parts.policies).map(
		([name, object]) => `    ${name}: {object: ${JSON.stringify(parse(object) as unknown)}}\n`,
	);
	return `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: subject}
spec:
  namespaces: ${namespaces}
  pods: ${parts.pods}
${parts.services ? `  services: ${parts.services}\n` : ''}${parts.external ? `  external: ${parts.external}\n` : ''}  policies:
${policies.join('')}${list('attempts', parts.attempts)}${list('phases', parts.phases)}${list('chaos', parts.chaos)}`;
}

export function scenarioOf(text: string): Scenario {
	const { scenarios, diagnostics } = parseScenarioText(text, 'subject.yaml', () => {
		throw new Error('no files here');
	});
	const errors = diagnostics.filter(({ severity }) => severity === 'error');
	const [scenario] = scenarios;
	if (!scenario || errors.length > 0) throw new Error(`${JSON.stringify(errors)}\n${text}`);
	return scenario;
}

export function mutated(text: string): MutatedScenario {
	return mutateScenario(scenarioOf(text), { families: ['ipv4', 'ipv6'] }, { locate: positionInPolicy });
}

/** Fates by the mutants' ids. */
export function fatesOf({ mutants }: MutatedScenario): Record<string, string> {
	return Object.fromEntries(mutants.map(({ mutant, fate }) => [mutant.id, fate.is]));
}

export function networkPolicy(spec: string, name = 'web', namespace = 'shop'): string {
	return `{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: ${name}, namespace: ${namespace}}, spec: ${spec}}`;
}
