import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { KubernetesObject } from '../../model/policy.ts';
import type { AddOn, ReadyCondition } from '../add-on.ts';
import { manifestObjects } from './manifest.ts';

/** How many objects of one rank are applied at once. */
const lanes = 8;

/**
 * Applies an add-on's objects. On clusters that gatecrash made only: they belong to the cluster and go with it.
 * Definitions of kinds come first, and namespaces; the API server needs a moment until it serves a new kind.
 */
export async function applyAddOn(
	client: KubeClient,
	addOn: AddOn,
	text: string,
	signal: AbortSignal,
	/** Of the harness's own, before the rest: what the add-on looks for when it starts. */
	early: readonly KubeObject[] = [],
): Promise<void> {
	const objects = manifestObjects(addOn, text);
	const first = objects.filter(isGroundwork);
	const then = objects.filter((object) => !isGroundwork(object));
	await inLanes(first, (object) => client.apply(object, { signal }));
	await waitForKinds(client, first, signal);
	await inLanes([...early], (object) => client.apply(object, { signal }));
	await inLanes(then, (object) => client.apply(object, { signal }));
}

/** Resolves when all that the definition names is ready. @throws GatecrashError GC_CLUSTER when the bound passes. */
export async function waitForAddOn(
	client: KubeClient,
	addOn: Pick<AddOn, 'ready' | 'readyWithin'>,
	signal: AbortSignal,
): Promise<void> {
	await Promise.all(
		addOn.ready.map((condition) => waitForCondition(client, condition, addOn.readyWithin * 1000, signal)),
	);
}

/** Resolves when every node is ready; at least `count` of them. */
export function waitForNodes(client: KubeClient, count: number, bound: number, signal: AbortSignal): Promise<true> {
	return client.waitFor<Node, true>({
		resource: { apiVersion: 'v1', kind: 'Node' },
		selection: {},
		examine: (nodes) => (nodes.length >= count && nodes.every(isReady) ? true : undefined),
		missing: (nodes) => `${nodes.filter(isReady).length} of ${count} are ready`,
		bound,
		signal,
	});
}

interface Conditions {
	status?: { conditions?: { type: string; status: string }[] };
}

type Node = KubeObject & Conditions;

function isReady({ status }: Node): boolean {
	return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

function isGroundwork({ kind }: KubernetesObject): boolean {
	return kind === 'Namespace' || kind === 'CustomResourceDefinition';
}

async function waitForKinds(client: KubeClient, objects: KubernetesObject[], signal: AbortSignal): Promise<void> {
	const names = objects.filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ metadata }) => metadata.name);
	if (names.length === 0) return;
	const waiting = (found: (KubeObject & Conditions)[]) =>
		names.filter((name) => {
			const conditions = found.find(({ metadata }) => metadata.name === name)?.status?.conditions ?? [];
			return !conditions.some(({ type, status }) => type === 'Established' && status === 'True');
		});
	await client.waitFor<KubeObject & Conditions, true>({
		resource: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
		selection: {},
		examine: (found) => (waiting(found).length === 0 ? true : undefined),
		missing: (found) => `${waiting(found).join(', ')} not established`,
		bound: 30_000,
		signal,
	});
}

interface Controller extends KubeObject {
	metadata: KubeObject['metadata'] & { generation?: number };
	spec?: { replicas?: number };
	status?: {
		observedGeneration?: number;
		desiredNumberScheduled?: number;
		numberReady?: number;
		readyReplicas?: number;
	};
}

async function waitForCondition(
	client: KubeClient,
	condition: ReadyCondition,
	bound: number,
	signal: AbortSignal,
): Promise<void> {
	const [kind, path] =
		'daemonSet' in condition ? ['DaemonSet', condition.daemonSet] : ['Deployment', condition.deployment];
	const [namespace = '', name = ''] = path.split('/');
	await client.waitFor<Controller, true>({
		resource: { apiVersion: 'apps/v1', kind },
		selection: { namespace, fieldSelector: `metadata.name=${name}` },
		examine: ([found]) => (found && missingOf(found) === 0 ? true : undefined),
		missing: ([found]) => (found ? `${path} has ${missingOf(found)} pods that are not ready` : `there is no ${path}`),
		bound,
		signal,
	});
}

/** How many pods are missing; one at least while the controller has not looked at its newest form. */
function missingOf({ kind, metadata, spec, status = {} }: Controller): number {
	const current = (status.observedGeneration ?? 0) >= (metadata.generation ?? 1);
	const wanted = kind === 'DaemonSet' ? (status.desiredNumberScheduled ?? 0) : (spec?.replicas ?? 1);
	const ready = kind === 'DaemonSet' ? (status.numberReady ?? 0) : (status.readyReplicas ?? 0);
	// A DaemonSet that no node runs does nothing: that is not ready either.
	return current && wanted > 0 ? wanted - ready : 1;
}

async function inLanes<Item>(items: Item[], action: (item: Item) => Promise<unknown>): Promise<void> {
	const queue = [...items];
	const lane = async () => {
		for (let item = queue.shift(); item !== undefined; item = queue.shift()) await action(item);
	};
	await Promise.all(Array.from({ length: lanes }, lane));
}
