import { createHash } from 'node:crypto';
import { chooseAttempts } from '../../src/generate/choose-attempts.ts';
import { readManifests } from '../../src/generate/read-manifests.ts';
import { writeScenario } from '../../src/generate/write-scenario.ts';
import type { ScenarioPlan } from '../../src/model/plan.ts';
import type { Scenario } from '../../src/model/scenario.ts';
import type { MutationTarget } from '../../src/mutate/subject.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';
import type { PolicySet } from './policy-set.ts';

/** What `gatecrash generate` makes of a policy set. */
export interface GeneratedSet {
	set: PolicySet;
	text: string;
	/** Of the text: what was shown with another one counts no longer. */
	hash: string;
	scenario: Scenario;
	attempts: number;
	mutants: number;
	untold: number;
}

/** Undefined where no path tells the policies from their mutants. */
export function generateSet(set: PolicySet, target: MutationTarget): GeneratedSet | undefined {
	const { input } = readManifests(set.manifests, set.name);
	// Manifests have no names for what is outside, nor for one of two pods that are the same.
	for (const [name, { listen, addresses }] of Object.entries(set.external))
		input.external[name] = { ports: listen, addresses };
	for (const name of podsNamedBy(set)) {
		const pod = set.manifests.find(({ kind, metadata }) => kind === 'Pod' && metadata.name === name);
		const [alone] = Object.values(pod ? readManifests([pod], name).input.pods : {});
		if (alone) input.pods[name] ??= alone;
	}
	const chosen = chooseAttempts(input, target);
	if (chosen.chosen.length === 0) return undefined;
	const text = writeScenario(chosen, { head: [`Generated from the policies of ${set.file}`], reasons: true });
	const { scenarios, diagnostics } = parseScenarioText(text, `${set.name}.yaml`, () => {
		throw new Error('a generated scenario names no files');
	});
	const errors = diagnostics.filter(({ severity }) => severity === 'error');
	const [scenario] = scenarios;
	if (!scenario || errors.length > 0) {
		throw new Error(`${set.name}: ${errors.map(({ message }) => message).join('; ')}\n${text}`);
	}
	return {
		...{ set, text, scenario, hash: createHash('sha256').update(text).digest('hex').slice(0, 16) },
		...{ attempts: chosen.chosen.length, mutants: chosen.mutants, untold: chosen.untold.length },
	};
}

function podsNamedBy({ manifests }: PolicySet): string[] {
	const text = JSON.stringify(manifests.filter(({ kind }) => !['Pod', 'Service', 'Namespace'].includes(kind)));
	return [...text.matchAll(/\$\(pods\.([a-z0-9-]+)\./g)].map((match) => match[1] ?? '');
}

/** How many attempts a scenario makes, all families of one counted as one. */
export function attemptsOf({ cells }: ScenarioPlan): number {
	return new Set(
		cells.map(
			({ path, family, kind, phase, id }) => `${phase} ${kind} ${path.replace(`/${family}`, '')} ${nameIn(id)}`,
		),
	).size;
}

/** Two attempts on one path have names of their own, at the end of the id. */
function nameIn(id: string): string {
	return id
		.split(' ')
		.slice(1)
		.join(' ')
		.replace(/ipv[46]/, '');
}
