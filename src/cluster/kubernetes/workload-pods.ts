import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject, ObjectRef } from '../../kube/kube-object.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { isReady, type PodObject } from './pod-state.ts';

/** Whose pods come again by themselves. */
export interface WorkloadRef {
	kind: 'DaemonSet' | 'Deployment';
	namespace: string;
	name: string;
}

interface WorkloadObject extends KubeObject {
	metadata: KubeObject['metadata'] & { generation?: number };
	spec?: {
		replicas?: number;
		selector?: { matchLabels?: Record<string, string> };
		template?: { spec?: { nodeSelector?: Record<string, string> } };
	};
	status?: { observedGeneration?: number; desiredNumberScheduled?: number };
}

/** Calico is ready again after 5 to 10 s, an istiod after 4 s. Milliseconds. */
const bound = 180_000;
const podResource = { apiVersion: 'v1', kind: 'Pod' } as const;

/** @throws GatecrashError GC_CLUSTER where it is not there. */
export async function readWorkload(client: KubeClient, ref: WorkloadRef, signal?: AbortSignal) {
	const found = await client.get<WorkloadObject>(refOf(ref), { signal });
	if (found) return found;
	throw new GatecrashError('GC_CLUSTER', `There is no ${ref.kind} ${ref.namespace}/${ref.name}.`);
}

export async function podsOf(client: KubeClient, ref: WorkloadRef, signal?: AbortSignal): Promise<PodObject[]> {
	const selection = selectionOf(ref, await readWorkload(client, ref, signal));
	return client.list<PodObject>(podResource, selection, { signal });
}

/** Asks for the end of these pods, each within its own time of grace or in so many seconds; they are not waited for. */
export async function deletePods(
	client: KubeClient,
	pods: readonly PodObject[],
	signal?: AbortSignal,
	grace?: number,
): Promise<void> {
	await Promise.all(
		pods.map(({ metadata: { name, namespace, uid } }) =>
			client.remove({ ...podResource, name, namespace, uid }, { signal, grace }),
		),
	);
}

/** Whether as many pods as are wanted are ready, and no other is there. */
export async function isWhole(client: KubeClient, ref: WorkloadRef): Promise<boolean> {
	const workload = await readWorkload(client, ref);
	const pods = await client.list<PodObject>(podResource, selectionOf(ref, workload));
	return wantedOf(workload) !== undefined && areReady(pods, wantedOf(workload) ?? 0);
}

/** Resolves when it is whole, with its pods. @throws GatecrashError GC_CLUSTER when the bound passes. */
export async function waitUntilWhole(
	client: KubeClient,
	ref: WorkloadRef,
	signal?: AbortSignal,
): Promise<readonly PodObject[]> {
	const wanted = await client.waitFor<WorkloadObject, number>({
		resource: refOf(ref),
		selection: { namespace: ref.namespace, fieldSelector: `metadata.name=${ref.name}` },
		examine: ([workload]) => workload && wantedOf(workload),
		missing: () => `${ref.namespace}/${ref.name} has not taken its change up`,
		...{ bound, signal },
	});
	return client.waitFor<PodObject, PodObject[]>({
		resource: podResource,
		selection: selectionOf(ref, await readWorkload(client, ref, signal)),
		examine: (pods) => (areReady(pods, wanted) ? pods : undefined),
		missing: (pods) => `${pods.filter(isReady).length} of ${wanted} of ${ref.namespace}/${ref.name} are ready`,
		...{ bound, signal },
	});
}

/** Lets its pods be on nodes with these labels only; null: on all. */
export async function selectNodes(
	client: KubeClient,
	{ namespace, daemonSet }: { namespace: string; daemonSet: string },
	nodeSelector: Record<string, string | null> | null,
	signal?: AbortSignal,
): Promise<void> {
	const ref = refOf({ kind: 'DaemonSet', namespace, name: daemonSet });
	await client.patch(ref, { spec: { template: { spec: { nodeSelector } } } }, { signal });
}

function areReady(pods: readonly PodObject[], wanted: number): boolean {
	return pods.length === wanted && pods.every((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined);
}

/** Undefined while its controller has not seen its last change. */
function wantedOf({ kind, metadata, spec, status = {} }: WorkloadObject): number | undefined {
	if ((status.observedGeneration ?? 0) < (metadata.generation ?? 1)) return undefined;
	return kind === 'Deployment' ? (spec?.replicas ?? 1) : status.desiredNumberScheduled;
}

function selectionOf({ namespace }: WorkloadRef, { spec }: WorkloadObject) {
	const labels = Object.entries(spec?.selector?.matchLabels ?? {});
	return { namespace, labelSelector: labels.map(([key, value]) => `${key}=${value}`).join(',') };
}

function refOf({ kind, namespace, name }: WorkloadRef): ObjectRef {
	return { apiVersion: 'apps/v1', kind, namespace, name };
}
