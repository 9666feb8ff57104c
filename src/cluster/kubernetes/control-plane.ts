import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';

/** Istio's own names (https://istio.io/latest/docs/setup/additional-setup/config-profiles/). */
export const istiod = { namespace: 'istio-system', deployment: 'istiod', labelSelector: 'app=istiod' } as const;

/** It needs some 4 s to be ready again, and 2 s to be gone. Milliseconds. */
const bound = 120_000;

interface DeploymentObject extends KubeObject {
	metadata: KubeObject['metadata'] & { generation?: number };
	spec?: { replicas?: number };
	status?: {
		observedGeneration?: number;
		replicas?: number;
		updatedReplicas?: number;
		readyReplicas?: number;
	};
}

/** One that runs in the cluster as a Deployment. */
export interface ControlPlane {
	namespace: string;
	deployment: string;
}

interface PodsOfPlane {
	namespace: string;
	labelSelector: string;
}

/** How many replicas are wanted; undefined: there is no such Deployment. */
export async function wantedReplicas(client: KubeClient, plane: ControlPlane): Promise<number | undefined> {
	const found = await client.get<DeploymentObject>(refOf(plane));
	return found && (found.spec?.replicas ?? 1);
}

/** Resolves when that many are ready and no other is left. @throws GatecrashError GC_CLUSTER when the bound passes. */
export async function scale(
	client: KubeClient,
	plane: ControlPlane,
	replicas: number,
	signal?: AbortSignal,
): Promise<void> {
	await setReplicas(client, plane, replicas, signal);
	await waitUntilReady(client, plane, signal);
}

/** Asks for it, and does not wait. */
export async function setReplicas(
	client: KubeClient,
	plane: ControlPlane,
	replicas: number,
	signal?: AbortSignal,
): Promise<void> {
	await client.patch(refOf(plane), { spec: { replicas } }, { signal });
}

/** New pods take the place of the old ones; resolves when they are ready. */
export async function restart(client: KubeClient, plane: ControlPlane, signal?: AbortSignal): Promise<void> {
	const annotations = { 'gatecrash.dev/restarted': new Date().toISOString() };
	await client.patch(refOf(plane), { spec: { template: { metadata: { annotations } } } }, { signal });
	await waitUntilReady(client, plane, signal);
	const replicas = (await wantedReplicas(client, plane)) ?? 0;
	await waitForPods(client, istiod, replicas, signal);
}

/** Resolves when none of its pods is left, also none that is about to end. */
export function waitUntilGone(client: KubeClient, selection: PodsOfPlane, signal?: AbortSignal): Promise<void> {
	return waitForPods(client, selection, 0, signal);
}

/** As many, and no more: one that is about to end may still sign certificates. */
async function waitForPods(
	client: KubeClient,
	{ namespace, labelSelector }: PodsOfPlane,
	count: number,
	signal?: AbortSignal,
): Promise<void> {
	await client.waitFor<KubeObject, true>({
		resource: { apiVersion: 'v1', kind: 'Pod' },
		selection: { namespace, labelSelector },
		examine: (pods) => (pods.length === count ? true : undefined),
		missing: (pods) => `there are ${pods.length} pods ${labelSelector} instead of ${count}`,
		bound,
		signal,
	});
}

async function waitUntilReady(client: KubeClient, plane: ControlPlane, signal?: AbortSignal): Promise<void> {
	const { namespace, deployment } = plane;
	await client.waitFor<DeploymentObject, true>({
		resource: { apiVersion: 'apps/v1', kind: 'Deployment' },
		selection: { namespace, fieldSelector: `metadata.name=${deployment}` },
		examine: ([found]) => {
			if (!found) throw new GatecrashError('GC_CLUSTER', `There is no Deployment ${namespace}/${deployment}.`);
			return isReady(found) ? true : undefined;
		},
		missing: () => `${namespace}/${deployment} is not ready`,
		bound,
		signal,
	});
}

function isReady({ metadata, spec, status = {} }: DeploymentObject): boolean {
	const wanted = spec?.replicas ?? 1;
	const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, readyReplicas = 0 } = status;
	if (observedGeneration < (metadata.generation ?? 1)) return false;
	return [replicas, updatedReplicas, readyReplicas].every((count) => count === wanted);
}

function refOf({ namespace, deployment }: ControlPlane) {
	return { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: deployment };
}
