import type { Plan, PlannedPolicy } from '../model/plan.ts';
import type { CellVerdict } from '../model/verdict.ts';

/** So many are named; more would be no help. */
const policiesAtMost = 10;

/**
 * The policies that decide a cell: those that its prediction names (`shop/default-deny`); where it names none, because
 * none selects its ends, those of the scenario.
 */
export function policiesBehind(cell: CellVerdict, plan: Plan | undefined): PlannedPolicy[] {
	const policies = plan?.scenarios.find(({ name }) => name === cell.scenario)?.policies ?? [];
	const words = new Set(cell.prediction.because.flatMap((text) => text.split(/[^\w./-]+/)));
	const named = policies.filter(({ object }) => {
		const { namespace, name } = object.metadata;
		return words.has(namespace === undefined ? name : `${namespace}/${name}`);
	});
	return (named.length > 0 ? named : policies).slice(0, policiesAtMost);
}
