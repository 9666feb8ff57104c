import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openHistory, type HistoryWriter } from '../history/open-history.ts';
import { defaultAgentLimits } from '../model/agent.ts';
import type { AgentSettings, Cluster, ClusterFacts } from '../model/cluster.ts';
import { historySchemaVersion } from '../model/event.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Plan, ScenarioPlan } from '../model/plan.ts';
import type { EarlyRun } from './early-run.ts';
import { Permits } from './permits.ts';
import type { OnProgress } from './progress.ts';
import { recorderOf } from './recorder.ts';
import { ScenarioRun } from './scenario-run.ts';
import { UndoStack } from './undo-stack.ts';

export interface RunOptions {
	plan: Plan;
	cluster: Cluster;
	/** The run's folder; `history.jsonl` is made in it. */
	folder: string;
	/** Id of the run. */
	run: string;
	version: string;
	/** Aborting it interrupts the run; everything is undone before `executeRun` resolves. */
	signal: AbortSignal;
	/** Tries in flight at once. */
	concurrency: number;
	/** `--settle`, milliseconds. */
	settleBound?: number;
	/** What its agents share, for scenarios that were deployed before; default: made for this run alone. */
	settings?: AgentSettings;
	/** What stands ready for a scenario (`EarlyRuns`). */
	early?: (plan: ScenarioPlan) => Promise<EarlyRun | undefined>;
	onProgress: OnProgress;
	/** Told once the cluster is up, before anything is deployed on it. */
	onFacts?: (facts: ClusterFacts) => void;
	/** Asked after every scenario; true ends the run early (`--fail-fast`). */
	shouldStop?: (scenario: string) => Promise<boolean>;
}

export interface RunOutcome {
	outcome: 'completed' | 'interrupted' | 'failed';
	error?: unknown;
}

interface RunContext extends RunOptions {
	history: HistoryWriter;
	facts: ClusterFacts;
	settings: AgentSettings;
	permits: Permits;
}

/**
 * Executes a plan on a cluster and writes the history of it. Never rejects for what happens to the cluster: that is
 * the outcome. Undoes everything that it set up, newest first, whatever happened.
 */
export async function executeRun(options: RunOptions): Promise<RunOutcome> {
	const { cluster, signal } = options;
	const history = openHistory(join(options.folder, 'history.jsonl'));
	const undo = new UndoStack();
	let result: RunOutcome;
	try {
		const { run, version } = options;
		const startedAt = new Date().toISOString();
		history.append({ is: 'run-began', schemaVersion: historySchemaVersion, run, version, startedAt });
		options.onProgress({ kind: 'cluster', phase: `bringing up ${cluster.name}` });
		undo.push('cluster', () => cluster.down());
		const found = await cluster.up(signal);
		const facts = { ...found, ...(cluster.capabilities.has('wire-capture') && { wireCapture: true }) };
		history.append({ is: 'cluster', facts, baseline: cluster.baseline });
		options.onFacts?.(facts);
		await cluster.checkPlan?.(options.plan, signal);
		options.onProgress({ kind: 'cluster', phase: `${cluster.name} is up`, ended: 'completed' });
		const settings = options.settings ?? newAgentSettings(run);
		const permits = new Permits(options.concurrency);
		result = await executeScenarios({ ...options, history, facts, settings, permits });
	} catch (error) {
		result = signal.aborted ? { outcome: 'interrupted' } : { outcome: 'failed', error };
	}
	const failures = await undo.unwind();
	if (failures.length > 0 && result.outcome !== 'failed') result = { outcome: 'failed', error: notUndone(failures) };
	history.append({ is: 'run-ended', outcome: result.outcome, ...messageOf(result.error) });
	history.close();
	return result;
}

/** With a key that nobody else has. `run`: its id. */
export function newAgentSettings(run: string): AgentSettings {
	return { run, key: randomBytes(32).toString('hex'), limits: defaultAgentLimits };
}

/** Several scenarios at a time, as many as the cluster says don't disturb each other. */
async function executeScenarios(context: RunContext): Promise<RunOutcome> {
	const queue = context.plan.scenarios.filter((scenario) => scenario.steps.length > 0);
	const errors: unknown[] = [];
	let stopped = false;
	const worker = async () => {
		for (let scenario = queue.shift(); scenario && !stopped; scenario = queue.shift()) {
			if (context.signal.aborted) return;
			const error = await executeScenario(scenario, context);
			if (error !== undefined) errors.push(error);
			if ((await context.shouldStop?.(scenario.name)) === true) stopped = true;
		}
	};
	await Promise.all(Array.from({ length: context.cluster.parallelDeployments }, worker));
	if (context.signal.aborted) return { outcome: 'interrupted' };
	return errors.length > 0 ? { outcome: 'failed', error: errors[0] } : { outcome: 'completed' };
}

/** Returns what failed; other scenarios go on. */
async function executeScenario(plan: ScenarioPlan, context: RunContext): Promise<unknown> {
	const recorder = recorderOf(context.history, plan.name);
	const undo = new UndoStack();
	const { cluster, facts, settings, permits, signal, onProgress } = context;
	recorder.append({ is: 'scenario-began' });
	onProgress({ kind: 'scenario', scenario: plan.name, phase: 'deploying' });
	let error: unknown;
	try {
		signal.throwIfAborted();
		const early = await context.early?.(plan);
		if (early) {
			undo.push('deployment', () => early.close());
			await early.join(plan, recorder).execute();
		} else {
			const deployment = await cluster.deploy(plan.workload, settings, signal);
			undo.push('deployment', () => deployment.close());
			const { settleBound } = context;
			const rest = { facts, deployment, settings, recorder, permits, signal, onProgress, settleBound, undo };
			await new ScenarioRun({ plan, cluster, ...rest }).execute();
		}
	} catch (thrown) {
		error = thrown;
	}
	const failures = await undo.unwind();
	if (failures.length > 0) error ??= notUndone(failures);
	const outcome = error === undefined ? 'completed' : signal.aborted ? 'interrupted' : 'failed';
	recorder.append({ is: 'scenario-ended', outcome, ...messageOf(outcome === 'failed' ? error : undefined) });
	const { error: detail } = messageOf(error);
	onProgress({ kind: 'scenario', scenario: plan.name, phase: outcome, ended: outcome, ...(detail ? { detail } : {}) });
	return outcome === 'failed' ? error : undefined;
}

function messageOf(error: unknown): { error?: string } {
	if (error === undefined) return {};
	return { error: error instanceof Error ? error.message : JSON.stringify(error) };
}

function notUndone(failures: { name: string; error: unknown }[]): GatecrashError {
	const names = failures.map(({ name }) => name).join(', ');
	return new GatecrashError('GC_CLEANUP', `could not be undone: ${names}`, {
		hint: 'gatecrash clean deletes what is left; what ran on the embedded cluster ends with this process',
		cause: failures[0]?.error,
	});
}
