import type { Cell } from '../model/plan.ts';
import type { SourcePorts } from '../plan/source-ports.ts';
import type { Agents } from './agents.ts';
import type { ScenarioRunContext } from './scenario-run-context.ts';
import { wirePods } from './wire-pods.ts';
import { WireWatch } from './wire-watch.ts';

/** A watch on the wire of these cells' pods, where something of the scenario is declared to be unreadable. */
export function watchWire(
	{ facts, deployment, recorder, plan }: ScenarioRunContext,
	own: { agents: Agents; ports: SourcePorts },
	epoch: number,
	cells: readonly Cell[],
): WireWatch | undefined {
	const told = facts.wireCapture && plan.cells.some(({ kind }) => kind === 'mtls');
	const between = told ? wirePods(cells, deployment) : undefined;
	return between && new WireWatch({ deployment, recorder, ...own }, { epoch, ...between });
}
