import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../kube/connect.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { isReady, type PodObject } from '../kubernetes/pod-state.ts';

/** From 7 s for a node to 30 s on a busy machine. Milliseconds. */
const bound = 180_000;
const pause = 500;
const controlPlaneBound = 90_000;

interface NodeObject extends KubeObject {
	status?: { conditions?: { type: string; status: string; lastHeartbeatTime?: string }[] };
}

/**
 * A client for an API server that is perhaps on its way back, and refuses everybody until its roles are loaded. Whoever
 * connects closes. @throws GatecrashError GC_CLUSTER, GC_NOT_PERMITTED when the bound passes.
 */
export async function connectAgain(kubeconfig: string | undefined, context: string | undefined): Promise<KubeClient> {
	const until = performance.now() + bound;
	for (;;) {
		try {
			const client = await connect({ kubeconfig, context, patience: bound });
			await waitForApiServer(client).catch((error: unknown) => {
				client.close();
				throw error;
			});
			return client;
		} catch (error) {
			const refused = error instanceof GatecrashError && error.code === 'GC_NOT_PERMITTED';
			if (!refused || performance.now() > until) throw error;
		}
		await sleep(pause);
	}
}

/** Resolves when it answers and says that it is ready. @throws GatecrashError GC_CLUSTER when the bound passes. */
export async function waitForApiServer(client: KubeClient): Promise<void> {
	const until = performance.now() + bound;
	await client.version(bound);
	while (!(await client.isReady())) {
		if (performance.now() > until) throw new GatecrashError('GC_CLUSTER', 'The API server does not become ready.');
		await sleep(pause);
	}
}

/**
 * Resolves when the rest of the control plane is at work again: what loses the API server for 10 s ends, and the kubelet starts it
 * again later each time. With what is still missing when a bound passes: it comes back by itself.
 */
export async function waitForControlPlane(client: KubeClient): Promise<string[]> {
	const missing = (pods: PodObject[]) => pods.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata.name);
	return client.waitFor<PodObject, string[]>({
		resource: { apiVersion: 'v1', kind: 'Pod' },
		selection: { namespace: 'kube-system', labelSelector: 'tier=control-plane' },
		examine: (pods) => (missing(pods).length === 0 ? [] : undefined),
		missing: () => '',
		otherwise: missing,
		bound: controlPlaneBound,
	});
}

/** Resolves when these nodes have said that they are Ready since then, milliseconds since 1970: what they said before still stands there. */
export async function waitForNodesAgain(client: KubeClient, names: readonly string[], since: number): Promise<void> {
	// Nodes tell whole seconds.
	const from = Math.floor(since / 1000) * 1000;
	const isAgain = ({ status }: NodeObject) =>
		(status?.conditions ?? []).some(
			({ type, status: is, lastHeartbeatTime = '' }) =>
				type === 'Ready' && is === 'True' && Date.parse(lastHeartbeatTime) >= from,
		);
	await client.waitFor<NodeObject, true>({
		resource: { apiVersion: 'v1', kind: 'Node' },
		selection: {},
		examine: (nodes) => {
			const ours = nodes.filter(({ metadata }) => names.includes(metadata.name));
			return ours.length === names.length && ours.every(isAgain) ? true : undefined;
		},
		missing: (nodes) => `${nodes.filter(isAgain).length} of ${names.length} nodes are Ready again`,
		bound,
	});
}
