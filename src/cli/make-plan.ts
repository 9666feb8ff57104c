import type { Cluster } from '../model/cluster.ts';
import type { Plan } from '../model/plan.ts';
import { planScenarios } from '../plan/plan-scenarios.ts';
import { openCluster, type OpenClusterOptions } from '../cluster/open-cluster.ts';
import { boundGarbage } from './bound-garbage.ts';
import type { Context } from './context.ts';
import { printDiagnostics } from './diagnostics.ts';
import { countCells, manyCells } from './plan-file.ts';
import { planTarget } from './plan-target.ts';
import { readPaths } from './read-paths.ts';
import { shardOf } from './shard.ts';
import { type Selection, selectCells } from './select-cells.ts';

export interface PlanRequest extends Selection {
	/** Its name or definition file; or one that was opened before. */
	cluster: string | Cluster;
	attempts?: number | undefined;
	settle?: number | undefined;
	/** `--shard`. */
	shard?: string | undefined;
	/** For the driver; a plan alone needs none of it. */
	options?: OpenClusterOptions;
}

/**
 * From paths to a plan for a cluster that is not up yet. Undefined: the files are wrong, which was printed; exit 64.
 * Warnings are printed too, and don't end anything. `cases`: the ids of all cells, selected or not.
 */
export async function makePlan(
	paths: string[],
	request: PlanRequest,
	context: Context,
): Promise<{ plan: Plan; cluster: Cluster; cases: string[] } | undefined> {
	const { scenarios, diagnostics } = await readPaths(paths);
	if (diagnostics.some((diagnostic) => diagnostic.severity === 'error')) {
		printDiagnostics(diagnostics, context);
		return undefined;
	}
	const { cluster: wanted } = request;
	const cluster = typeof wanted === 'string' ? await openCluster(wanted, request.options) : wanted;
	// Only the plan tells how many cells there are.
	const release = boundGarbage();
	const planned = planScenarios(scenarios, planTarget(cluster), {
		...(request.attempts !== undefined && { tries: request.attempts }),
		...(request.settle !== undefined && { settle: request.settle }),
	});
	if (countCells(planned.plan) <= manyCells) release();
	const all = [...diagnostics, ...planned.diagnostics];
	printDiagnostics(all, context);
	if (all.some((diagnostic) => diagnostic.severity === 'error')) return undefined;
	const cases = planned.plan.scenarios.flatMap((scenario) => scenario.cells.map((cell) => cell.id));
	const plan = selectCells(planned.plan, request);
	return { plan: shardOf(plan, scenarios, request, context.env), cluster, cases };
}
