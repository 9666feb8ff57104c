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
	if (meanwhile && step.do === 'remove') {
		const removed = before.filter(({ kind, name }) => kind === 'pod' && step.pods.includes(name));
		for (const { uid } of removed) agents.close(uid);
	}
	await change();
	const now = new Set(deployment.endpoints().map(({ uid }) => uid));
	for (const { uid, name } of before) {
		if (now.has(uid)) continue;
		recorder.append({ is: 'endpoint-removed', name, uid });
		agents.close(uid);
	}
}
