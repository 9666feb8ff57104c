import { connect } from '../../kube/connect.ts';
import type { Workload } from '../../model/plan.ts';
import { KubernetesSite } from '../kubernetes/site.ts';
import { standbyRun } from '../kubernetes/standby.ts';

export interface StandbyRequest {
	kubeconfig: string;
	agentImage: string;
	workloads: readonly Workload[];
	signal: AbortSignal;
	onPhase: (phase: string) => void;
}

/**
 * Makes the probe pods of these scenarios on a kept cluster, where they stand by for runs to come and go with the cluster;
 * those that are there already stay. Resolves with the names of the pods, scenario by scenario. What is interrupted, or
 * fails, leaves nothing of the scenario that it was about.
 */
export async function standByPods(request: StandbyRequest): Promise<string[][]> {
	const { kubeconfig, agentImage, workloads, signal, onPhase } = request;
	const client = await connect({ kubeconfig });
	const site = new KubernetesSite({ client, run: standbyRun, agentImage });
	try {
		const made: string[][] = [];
		for (const workload of workloads) {
			onPhase(`starting the pods of ${workload.scenario}`);
			made.push(await site.standBy(workload, signal));
		}
		return made;
	} finally {
		await site.close().finally(() => client.close());
	}
}
