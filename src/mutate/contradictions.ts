import { capabilityNames } from '../model/capability.ts';
import type { Scenario } from '../model/scenario.ts';
import { planScenarios } from '../plan/plan-scenarios.ts';
import type { MutationTarget } from './subject.ts';

/** How many attempts expect the opposite of what the policies' text says; undefined: it can't be planned. */
export function contradictionsIn(scenario: Scenario, target: MutationTarget): number | undefined {
	const capabilities = new Set(capabilityNames);
	const { plan, diagnostics } = planScenarios([scenario], { name: 'any', capabilities, ...target });
	if (diagnostics.some(({ severity }) => severity === 'error')) return undefined;
	const cells = plan.scenarios.flatMap((planned) => planned.cells);
	return cells.filter(({ expectation, prediction: { verdict } }) =>
		expectation === 'allowed' ? verdict === 'blocked' : expectation === 'blocked' && verdict === 'allowed',
	).length;
}
