import type { AgentSettings, Cluster, ClusterFacts } from '../model/cluster.ts';
import type { Cell, ScenarioPlan } from '../model/plan.ts';
import { EarlyRecorder } from './early-recorder.ts';
import { Permits } from './permits.ts';
import type { Recorder } from './recorder.ts';
import { ScenarioRun } from './scenario-run.ts';
import { isBaseline } from './steps.ts';
import { UndoStack } from './undo-stack.ts';

export interface EarlyContext {
	cluster: Cluster;
	facts: ClusterFacts;
	settings: AgentSettings;
	concurrency: number;
	signal: AbortSignal;
}

/**
 * A scenario that is deployed, and whose paths are shown to be open, before there is a run: what is left is what
 * policies decide. It serves one run, so that nothing of one (tracked connections, late packets) gets into the next.
 * Whoever prepared it closes it.
 */
export class EarlyRun {
	readonly #plan: ScenarioPlan;
	readonly #recorder: EarlyRecorder;
	readonly #run: ScenarioRun;
	readonly #undo: UndoStack;

	private constructor(plan: ScenarioPlan, recorder: EarlyRecorder, run: ScenarioRun, undo: UndoStack) {
		this.#plan = plan;
		this.#recorder = recorder;
		this.#run = run;
		this.#undo = undo;
	}

	/** Rejects as `Cluster.deploy` does; nothing is left then. */
	static async prepare(plan: ScenarioPlan, context: EarlyContext): Promise<EarlyRun> {
		const { cluster, settings, signal, concurrency, ...rest } = context;
		const deployment = await cluster.deploy(plan.workload, settings, signal);
		const undo = new UndoStack();
		undo.push('deployment', () => deployment.close());
		const recorder = new EarlyRecorder();
		const permits = new Permits(concurrency);
		const own = { deployment, recorder, permits, undo, settleBound: undefined, onProgress: () => {} };
		const run = new ScenarioRun({ ...rest, ...own, plan, cluster, settings, signal });
		const early = new EarlyRun(plan, recorder, run, undo);
		try {
			await run.prepare();
		} catch (error) {
			await early.close();
			throw error;
		}
		return early;
	}

	/** Its pods are those of the plan, and all of them are well. */
	fits(plan: ScenarioPlan): boolean {
		return !this.#run.isDamaged && JSON.stringify(plan.workload) === JSON.stringify(this.#plan.workload);
	}

	/** Goes on in the run that `recorder` belongs to; what happened before is told to it. For a plan that it fits. */
	join(plan: ScenarioPlan, recorder: Recorder): ScenarioRun {
		const movedBy = this.#recorder.join(recorder);
		this.#run.goOn(plan, isDeepEqual(baselineTries(plan), baselineTries(this.#plan)), movedBy);
		return this.#run;
	}

	/** Rejects with what can't be undone. */
	async close(): Promise<void> {
		this.#run.close();
		for (const { error } of await this.#undo.unwind()) throw error;
	}
}

/** What the first step tries; what is expected, predicted and where that stands makes no difference to it. */
function baselineTries({ steps, cells }: ScenarioPlan): unknown[] {
	const [first] = steps;
	const ids = new Set(first && isBaseline(first) ? first.cells : []);
	return cells.filter(({ id }) => ids.has(id)).map(tried);
}

function tried(cell: Cell): unknown {
	const { expectation, reason, by, prediction, phase, tries, skip, position, identity, presents, ...rest } = cell;
	return rest;
}

function isDeepEqual(one: unknown, other: unknown): boolean {
	return JSON.stringify(one) === JSON.stringify(other);
}
