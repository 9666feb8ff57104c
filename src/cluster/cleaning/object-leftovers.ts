import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject, ObjectRef, Resource } from '../../kube/kube-object.ts';
import type { LedgerEntry } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { expiresAnnotation, managedBy, runLabel } from '../kubernetes/ownership.ts';
import { clusterScopedKinds, namespacedKinds, namespaceKind } from './labelled-kinds.ts';

/** An object that a run made, as its labels say; its uid tells it from another one of its name. */
export interface ObjectLeftover {
	ref: ObjectRef & { uid: string };
	run: string;
	/** Milliseconds since 1970; undefined where it does not say. */
	expires: number | undefined;
}

export interface ObjectSearch {
	found: ObjectLeftover[];
	/** Kinds that could not be looked for in all namespaces, because that is not permitted. */
	unseen: string[];
}

type ObjectEntry = Extract<LedgerEntry, { makes: 'object' }>;

/** Every object in the cluster that carries our labels, of one run or of all. What goes with its namespace is left out. */
export async function findByLabels(client: KubeClient, run: string | undefined): Promise<ObjectSearch> {
	const [[name, value] = []] = Object.entries(managedBy);
	const labelSelector = `${name}=${value},${run === undefined ? runLabel : `${runLabel}=${run}`}`;
	const unseen: string[] = [];
	const kinds = [...clusterScopedKinds, ...namespacedKinds, namespaceKind];
	const lists = await Promise.all(
		kinds.map(async (resource) => {
			if (!(await client.serves(resource))) return [];
			try {
				return await client.list<KubeObject>(resource, { labelSelector });
			} catch (error) {
				if (!isForbidden(error)) throw error;
				unseen.push(resource.kind);
				return [];
			}
		}),
	);
	return { found: withoutContents(lists.flat().flatMap((object) => leftoverOf(object, run) ?? [])), unseen };
}

/** What a ledger names and is still there with this run's labels. Another owner's object of the same name is none. */
export async function findByLedger(
	client: KubeClient,
	entries: readonly ObjectEntry[],
	run: string,
): Promise<ObjectLeftover[]> {
	const found: ObjectLeftover[] = [];
	for (const { apiVersion, kind, namespace, name } of entries) {
		// Its kind went away with whatever had brought it: so did the object.
		if (!(await client.serves({ apiVersion, kind }))) continue;
		const object = await client.get<KubeObject>({ apiVersion, kind, namespace, name });
		const leftover = object && leftoverOf({ ...object, apiVersion, kind }, run);
		if (leftover) found.push(leftover);
	}
	return withoutContents(found);
}

/**
 * Removes it if it is still the same object with the same labels; resolves when it is gone.
 * @throws GatecrashError GC_CLEANUP when it is not within `bound` milliseconds, GC_NOT_PERMITTED.
 */
export async function removeLeftover(client: KubeClient, leftover: ObjectLeftover, bound: number): Promise<void> {
	const { ref, run } = leftover;
	const until = performance.now() + bound;
	for (let asked = false; ; ) {
		const object = await client.get<KubeObject>({ ...ref, uid: undefined });
		if (!object || object.metadata.uid !== ref.uid) return;
		if (!leftoverOf({ ...object, apiVersion: ref.apiVersion, kind: ref.kind }, run)) return;
		if (!asked && object.metadata.deletionTimestamp === undefined) await client.remove(ref);
		asked = true;
		if (performance.now() > until) {
			throw new GatecrashError('GC_CLEANUP', `${ref.kind} ${ref.name} is not gone after ${bound / 1000} s`, {
				hint: stuckHint(object),
			});
		}
		await sleep(250);
	}
}

export function leftoverOf(object: KubeObject, run: string | undefined): ObjectLeftover | undefined {
	const { apiVersion, kind, metadata } = object;
	const labels = metadata.labels ?? {};
	const owner = labels[runLabel];
	const managed = Object.entries(managedBy).every(([key, value]) => labels[key] === value);
	if (!managed || owner === undefined || metadata.uid === undefined) return undefined;
	if (run !== undefined && owner !== run) return undefined;
	const expires = Date.parse(metadata.annotations?.[expiresAnnotation] ?? '');
	const { name, namespace, uid } = metadata;
	return {
		ref: { apiVersion, kind, name, namespace, uid },
		run: owner,
		expires: Number.isNaN(expires) ? undefined : expires,
	};
}

/** Objects in a namespace that goes anyway; the same object under two API groups counts once, by its uid. */
function withoutContents(all: ObjectLeftover[]): ObjectLeftover[] {
	const namespaces = new Map(all.filter(({ ref }) => isNamespace(ref)).map(({ ref, run }) => [ref.name, run]));
	const seen = new Set<string>();
	return all.filter(({ ref, run }) => {
		if (ref.namespace !== undefined && namespaces.get(ref.namespace) === run) return false;
		if (seen.has(ref.uid)) return false;
		seen.add(ref.uid);
		return true;
	});
}

function isNamespace({ apiVersion, kind }: Resource): boolean {
	return apiVersion === namespaceKind.apiVersion && kind === namespaceKind.kind;
}

function isForbidden(error: unknown): boolean {
	return error instanceof GatecrashError && error.code === 'GC_NOT_PERMITTED';
}

function stuckHint(object: KubeObject): string {
	const { finalizers } = object.metadata as { finalizers?: string[] };
	return finalizers && finalizers.length > 0
		? `somebody’s finalizer holds it: ${finalizers.join(', ')}`
		: 'look at its status: a namespace says there what keeps it';
}
