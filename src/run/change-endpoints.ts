import type { Deployment } from '../model/cluster.ts';
import type { Agents } from './agents.ts';
import type { ChangeStep } from './change-cluster.ts';
import type { Recorder } from './recorder.ts';

/**
 * Makes a change, and writes down which endpoints are gone with it. `meanwhile`: something is attempted while it is
 * made; then nobody is to say of a pod that is ended on purpose that its probe was lost.
 */
export async function changeEndpoints(
	step: ChangeStep,
	{ deployment, recorder }: { deployment: Deployment; recorder: Recorder },
	agents: Agents,
	meanwhile: boolean,
	change: () => Promise<void>,
): Promise<void> {
	const before = deployment.endpoints();
	const ending = endedBy(step, deployment, meanwhile);
	const removed = before.filter(({ kind, name }) => kind === 'pod' && ending.includes(name));
	for (const { uid } of removed) agents.close(uid);
	await change();
	const now = new Set(deployment.endpoints().map(({ uid }) => uid));
	for (const { uid, name } of before) {
		if (now.has(uid)) continue;
		recorder.append({ is: 'endpoint-removed', name, uid });
		agents.close(uid);
	}
}

/** Pods that are known to go with a change. */
function endedBy(step: ChangeStep, deployment: Deployment, meanwhile: boolean): string[] {
	if (step.do === 'inject') return deployment.endedBy?.(step.fault) ?? [];
	return meanwhile && step.do === 'remove' ? step.pods : [];
}
