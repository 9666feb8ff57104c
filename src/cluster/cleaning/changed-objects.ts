import type { KubeClient } from '../../kube/kube-client.ts';
import type { ObjectRef } from '../../kube/kube-object.ts';
import type { LedgerEntry } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { changedBy, changedByLabel, type ConfigMapObject, restoreConfigMap } from '../kubernetes/changed-object.ts';
import { replaceDnsPods } from '../kubernetes/dns-pods.ts';

/** An object that is not gatecrash's, and still says what a run has put into it. */
export interface ChangedObject {
	ref: ObjectRef;
	run: string;
	/** Milliseconds since 1970; undefined where it does not say. */
	expires: number | undefined;
}

type ChangeEntry = Extract<LedgerEntry, { makes: 'change' }>;

const configMaps = { apiVersion: 'v1', kind: 'ConfigMap' };

/** By what they carry themselves; empty where they may not be looked for. */
export async function findChangedByLabel(client: KubeClient, run: string | undefined): Promise<ChangedObject[]> {
	const labelSelector = run === undefined ? changedByLabel : `${changedByLabel}=${run}`;
	const maps = await client.list<ConfigMapObject>(configMaps, { labelSelector }).catch((error: unknown) => {
		if (error instanceof GatecrashError && error.code === 'GC_NOT_PERMITTED') return [];
		throw error;
	});
	return maps.flatMap((map) => changedObject(map));
}

/** What a ledger names, where it was really changed by that run. */
export async function findChangedByLedger(
	client: KubeClient,
	entries: readonly ChangeEntry[],
	run: string,
): Promise<ChangedObject[]> {
	const maps = await Promise.all(
		entries.map(({ namespace, name }) => client.get<ConfigMapObject>({ ...configMaps, namespace, name })),
	);
	return maps.flatMap((map) => (map ? changedObject(map) : [])).filter((one) => one.run === run);
}

/** Puts back what stood there before, and has the cluster's DNS, whose configuration it is, read it. */
export async function restoreChanged(client: KubeClient, { ref, run }: ChangedObject): Promise<void> {
	if (await restoreConfigMap(client, ref, run)) await replaceDnsPods(client);
}

function changedObject(map: ConfigMapObject): ChangedObject[] {
	const change = changedBy(map);
	const { name, namespace } = map.metadata;
	return change === undefined ? [] : [{ ref: { ...configMaps, name, namespace }, ...change }];
}
