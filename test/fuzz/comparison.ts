import type { ClusterFacts } from '../../src/model/cluster.ts';
import type { Cell, Prediction } from '../../src/model/plan.ts';
import type { KubernetesObject } from '../../src/model/policy.ts';
import { compilePolicies } from '../../src/policy/compile-policies.ts';
import type { Observation } from './observation.ts';
import type { TestBed } from './test-bed.ts';
import { knownWorld, plannedWorld } from './world-of.ts';

/** A path on which the evaluator's word and the kernel's sockets are not the same. */
export interface Difference {
	cell: Cell;
	observed: Observation;
}

/** Predictions of one policy set, as cells; and what the evaluator says against itself. */
export interface Predicted {
	cells: Cell[];
	/** Paths about which it says one thing knowing every address, and the contrary knowing ranges only. */
	contradictions: { cell: Cell; planned: Prediction }[];
	/** Paths that a plan can't know before addresses are given out. */
	unplanned: number;
}

/** What the evaluator says, with every address known, and once more as a plan does it, without any. */
export function predict(policies: readonly KubernetesObject[], paths: readonly Cell[], bed: TestBed): Predicted {
	const { workload, deployment, context } = bed;
	const facts: ClusterFacts = context.facts;
	const known = compilePolicies(bed.substituted(policies), knownWorld(workload, facts, deployment));
	const planned = compilePolicies(policies, plannedWorld(workload, context.cluster.known ?? {}));
	const cells = paths.map((path): Cell => ({ ...path, prediction: known.predict(path) }));
	const pairs = cells.map((cell) => ({ cell, planned: planned.predict(cell) }));
	return {
		cells,
		contradictions: pairs.filter(({ cell, planned: { verdict } }) => contradicts(verdict, cell.prediction.verdict)),
		unplanned: pairs.filter(({ cell, planned: { verdict } }) => verdict === 'unknown' && isFirm(cell)).length,
	};
}

/** What is left open by the specification, or unclear, is no difference. */
export function differences(observed: ReadonlyMap<Cell, Observation>): Difference[] {
	return [...observed].flatMap(([cell, seen]) => (differs(cell, seen) ? [{ cell, observed: seen }] : []));
}

function differs({ prediction }: Cell, observed: Observation): boolean {
	if (observed === 'unclear') return false;
	if (prediction.verdict === 'allowed') return observed !== 'replied';
	return prediction.verdict === 'blocked' && observed !== 'shut';
}

/** Knowing less may make an answer unknown, never another one. */
function contradicts(planned: Prediction['verdict'], known: Prediction['verdict']): boolean {
	return planned !== known && planned !== 'unknown';
}

function isFirm({ prediction }: Cell): boolean {
	return prediction.verdict === 'allowed' || prediction.verdict === 'blocked';
}
