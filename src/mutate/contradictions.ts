import type { Scenario } from '../model/scenario.ts';
import { type MutationTarget, planAnywhere } from './subject.ts';

/** How many attempts expect the opposite of what the policies' text says; undefined: it can't be planned. */
export function contradictionsIn(scenario: Scenario, target: MutationTarget): number | undefined {
	const { plan, diagnostics } = planAnywhere(scenario, target);
	if (diagnostics.some(({ severity }) => severity === 'error')) return undefined;
	return plan.cells.filter(({ expectation, prediction: { verdict } }) =>
		expectation === 'allowed' ? verdict === 'blocked' : expectation === 'blocked' && verdict === 'allowed',
	).length;
}
