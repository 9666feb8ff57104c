import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { managedBy, runLabel } from './ownership.ts';
import { notRunning, type PodObject } from './pod-state.ts';
import { type NewPod, ownPods, type PodMaker } from './probe-pods.ts';
import { standbyAnnotation, standbyRun, type StandingPorts } from './standby.ts';

/** What stands by in a namespace is gone within this, milliseconds. */
const goneBound = 60_000;
const standbySelector = Object.entries({ ...managedBy, [runLabel]: standbyRun })
	.map(([key, value]) => `${key}=${value}`)
	.join(',');

/** A namespace of ours with pods that stand by. */
export interface StandingNamespace extends Pick<StandingPorts, 'worn'> {
	/** In the cluster. */
	name: string;
}

/** Names of namespaces that belong to no run, with pods that stand by. */
export async function standingNamespaces(client: KubeClient): Promise<string[]> {
	const all = await client.list<KubeObject>(
		{ apiVersion: 'v1', kind: 'Namespace' },
		{ labelSelector: standbySelector },
	);
	return all.map(({ metadata }) => metadata.name);
}

/**
 * Takes, from what stands by in these namespaces, each pod that is as the maker would make it and runs. Removes the others,
 * which would be in the scenario without belonging to it, and resolves when they are gone.
 */
export async function takeStandingPods(
	client: KubeClient,
	maker: PodMaker,
	namespaces: readonly StandingNamespace[],
	wanted: readonly NewPod[],
	signal: AbortSignal,
): Promise<Map<NewPod, PodObject>> {
	const taken = new Map<NewPod, PodObject>();
	await Promise.all(
		namespaces.map(async ({ name: namespace, worn }) => {
			const there = await client.list<PodObject>(ownPods, { namespace, labelSelector: standbySelector }, { signal });
			const unwanted = new Map(there.map((object) => [object.metadata.uid ?? '', object]));
			for (const pod of worn ? [] : wanted.filter((one) => one.standby && one.namespace === namespace)) {
				const object = there.find(({ metadata }) => metadata.name === pod.podName);
				if (!object || !isAsWanted(object, maker, pod)) continue;
				taken.set(pod, object);
				unwanted.delete(object.metadata.uid ?? '');
			}
			await remove(client, namespace, [...unwanted.values()], signal);
		}),
	);
	return taken;
}

function isAsWanted(object: PodObject, maker: PodMaker, pod: NewPod): boolean {
	const { annotations = {}, deletionTimestamp } = object.metadata;
	const digest = maker.manifest(pod).metadata.annotations?.[standbyAnnotation];
	if (deletionTimestamp !== undefined || annotations[standbyAnnotation] !== digest) return false;
	try {
		return notRunning(object, false) === undefined;
	} catch {
		return false;
	}
}

async function remove(
	client: KubeClient,
	namespace: string,
	pods: readonly PodObject[],
	signal: AbortSignal,
): Promise<void> {
	if (pods.length === 0) return;
	const uids = new Set(pods.map(({ metadata }) => metadata.uid));
	const refs = pods.map(({ metadata: { name, uid } }) => ({ ...ownPods, namespace, name, uid }));
	await Promise.all(refs.map((ref) => client.remove(ref, { grace: 0, signal })));
	await client.waitFor<PodObject, true>({
		resource: ownPods,
		selection: { namespace, labelSelector: standbySelector },
		examine: (objects) => (objects.some(({ metadata }) => uids.has(metadata.uid)) ? undefined : true),
		missing: () => `the end of pods that stood by in ${namespace}`,
		...{ bound: goneBound, signal },
	});
}
