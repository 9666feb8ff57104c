import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject, ObjectRef } from '../../kube/kube-object.ts';
import { expiresAnnotation, type Ownership } from './ownership.ts';

/**
 * Says which run has changed an object that is not gatecrash's. Not the label of what a run has made: `gatecrash clean`
 * deletes those.
 */
export const changedByLabel = 'gatecrash.dev/changed-by';

/** What it said before, as JSON: so it can be put back by somebody who has nothing but the object. */
const originalAnnotation = 'gatecrash.dev/original-data';

export interface ConfigMapObject extends KubeObject {
	data?: Record<string, string>;
}

/** Replaces texts of a ConfigMap that is somebody else's, and keeps what stood there before with it. */
export async function changeConfigMap(
	client: KubeClient,
	map: ConfigMapObject,
	data: Record<string, string>,
	{ run, expires }: Ownership,
	signal: AbortSignal,
): Promise<void> {
	const original = Object.fromEntries(Object.keys(data).map((key) => [key, map.data?.[key] ?? null]));
	const { resourceVersion } = map.metadata;
	const annotations = { [originalAnnotation]: JSON.stringify(original), [expiresAnnotation]: expires };
	// Of the version that was read: what changed in between must not be lost.
	const metadata = { ...(resourceVersion && { resourceVersion }), labels: { [changedByLabel]: run }, annotations };
	await client.patch(refOf(map), { metadata, data }, { signal });
}

/** Which run has changed it, and until when that may go on; undefined: none has. */
export function changedBy({ metadata }: KubeObject): { run: string; expires: number | undefined } | undefined {
	const run = metadata.labels?.[changedByLabel];
	if (run === undefined || originalData(metadata.annotations) === undefined) return undefined;
	const expires = Date.parse(metadata.annotations?.[expiresAnnotation] ?? '');
	return { run, expires: Number.isNaN(expires) ? undefined : expires };
}

/** Puts back what stood there before; false where that run has not changed it, or it is gone. */
export async function restoreConfigMap(client: KubeClient, ref: ObjectRef, run: string): Promise<boolean> {
	const map = await client.get<ConfigMapObject>({ ...ref, uid: undefined });
	if (!map || changedBy(map)?.run !== run) return false;
	await client.patch(ref, {
		metadata: {
			resourceVersion: map.metadata.resourceVersion,
			labels: { [changedByLabel]: null },
			annotations: { [originalAnnotation]: null, [expiresAnnotation]: null },
		},
		data: originalData(map.metadata.annotations),
	});
	return true;
}

/** Texts by key; null: there was none. */
function originalData(annotations: Record<string, string> = {}): Record<string, string | null> | undefined {
	try {
		const value: unknown = JSON.parse(annotations[originalAnnotation] ?? '');
		return typeof value === 'object' && value !== null ? (value as Record<string, string | null>) : undefined;
	} catch {
		return undefined;
	}
}

function refOf({ metadata: { name, namespace } }: ConfigMapObject): ObjectRef {
	return { apiVersion: 'v1', kind: 'ConfigMap', name, namespace };
}
