import type { AgentSettings, Cluster, ClusterFacts, Deployment } from '../model/cluster.ts';
import type { ScenarioPlan } from '../model/plan.ts';
import type { Permits } from './permits.ts';
import type { OnProgress } from './progress.ts';
import type { Recorder } from './recorder.ts';
import type { UndoStack } from './undo-stack.ts';

/** What the run of one scenario works with. */
export interface ScenarioRunContext {
	plan: ScenarioPlan;
	cluster: Cluster;
	facts: ClusterFacts;
	deployment: Deployment;
	settings: AgentSettings;
	recorder: Recorder;
	permits: Permits;
	/** Takes precedence over the plan's and the cluster's bound. */
	settleBound: number | undefined;
	signal: AbortSignal;
	onProgress: OnProgress;
	/** Unwound by whoever made it, before the deployment is closed. */
	undo: UndoStack;
}
