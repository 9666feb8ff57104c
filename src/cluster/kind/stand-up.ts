import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../kube/connect.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { Ledger, Phase } from '../../model/cluster.ts';
import type { AddOn } from '../add-on.ts';
import type { ClusterDefinition } from '../cluster-definition.ts';
import type { ClusterRecord, ClusterRecords } from './cluster-records.ts';
import { applyAddOn, waitForAddOn, waitForNodes } from './install-add-on.ts';
import {
	createKindCluster,
	deleteKindCluster,
	exportKindLogs,
	listKindClusters,
	loadImage,
	nodeContainers,
} from './kind-clusters.ts';
import { kindConfig } from './kind-config.ts';
import { authoritySecret, makeMeshAuthority } from './mesh-authority.ts';
import { manifestOf } from './mirror.ts';

const nodesBound = 180_000;

export interface NewCluster {
	definition: ClusterDefinition;
	record: ClusterRecord;
	records: ClusterRecords;
	nodeImage: string | undefined;
	mirror: string | undefined;
	ledger: Ledger | undefined;
	/** Logs of a failure go here. */
	logs: string | undefined;
	signal: AbortSignal;
	onPhase: (phase: string) => void;
}

/** A cluster that is up. Whoever has it closes the client. */
export interface Standing {
	kindName: string;
	kubeconfig: string;
	client: KubeClient;
	/** Node containers. */
	nodes: string[];
	/** What it took, in order. */
	phases: Phase[];
}

/**
 * Creates a kind cluster with its add-ons and waits until they are ready. Whoever calls deletes it (`takeDown`), also
 * when this rejects. What can be found out before anything is made (a manifest that is missing) is.
 */
export async function standUp(wanted: NewCluster): Promise<Standing> {
	const { definition, record, records, signal } = wanted;
	const { spec } = definition;
	const phases: Phase[] = [];
	const phase = async <T>(name: string, action: () => Promise<T>): Promise<T> => {
		wanted.onPhase(name);
		const began = performance.now();
		const result = await action();
		phases.push({ phase: name, duration: Math.round(performance.now() - began) });
		return result;
	};
	const config = kindConfig(definition);
	const manifests = await phase('getting manifests', () =>
		Promise.all(spec.addOns.map((addOn) => manifestOf(addOn, wanted.mirror, signal))),
	);
	const kubeconfig = records.file(record.kindName, 'kubeconfig');
	await records.write(record);
	const configFile = records.file(record.kindName, 'kind.yaml');
	await writeFile(configFile, config);
	wanted.ledger?.intend({ makes: 'kind-cluster', name: record.kindName, kubeconfig });
	let client: KubeClient | undefined;
	try {
		const kind = { name: record.kindName, config: configFile, kubeconfig, image: wanted.nodeImage };
		await phase('creating nodes', () => createKindCluster(kind, signal, wanted.onPhase));
		client = await connect({ kubeconfig });
		const api = client;
		await phase('installing add-ons', async () => {
			const loaded = loadImage(record.kindName, record.agentImage, signal);
			loaded.catch(() => {});
			for (const [index, addOn] of spec.addOns.entries()) {
				wanted.onPhase(`installing ${addOn.name}`);
				const first = await authorityOf(addOn, records.file(record.kindName, 'mesh-authority.json'));
				await applyAddOn(api, addOn, manifests[index] ?? '', signal, first);
			}
			await loaded;
		});
		await phase('waiting for nodes and add-ons', () =>
			Promise.all([
				waitForNodes(api, spec.nodes, nodesBound, signal),
				...spec.addOns.map((addOn) => waitForAddOn(api, addOn, signal)),
			]),
		);
		const nodes = await nodeContainers(record.kindName);
		await records.write({ ...record, readyAt: new Date().toISOString() });
		return { kindName: record.kindName, kubeconfig, client, nodes, phases };
	} catch (error) {
		client?.close();
		if (!signal.aborted) await keepLogs(wanted);
		throw error;
	}
}

/** Deletes a cluster and its record. No failure where there is none. */
export async function takeDown(kindName: string, records: ClusterRecords, ledger?: Ledger): Promise<void> {
	const kubeconfig = records.file(kindName, 'kubeconfig');
	const record = await records.read(kindName);
	await deleteKindCluster(kindName, kubeconfig);
	if (record && record.readyAt === undefined) {
		// What Docker was asked for in the last moment before a creation broke off may come only now.
		await sleep(1000);
		await deleteKindCluster(kindName, kubeconfig);
	}
	await records.remove(kindName);
	ledger?.undone({ makes: 'kind-cluster', name: kindName, kubeconfig });
}

async function authorityOf({ authority }: AddOn, file: string): Promise<KubeObject[]> {
	return authority === undefined ? [] : [await authoritySecret(authority, await makeMeshAuthority(file))];
}

/** What failed says more than that its logs could not be had. */
async function keepLogs({ logs, record, onPhase }: NewCluster): Promise<void> {
	const exists = await listKindClusters().then(
		(names) => names.includes(record.kindName),
		() => false,
	);
	if (logs === undefined || !exists) return;
	onPhase(`exporting logs to ${logs}`);
	const folder = join(logs, record.kindName);
	await mkdir(dirname(folder), { recursive: true }).catch(() => {});
	await exportKindLogs(record.kindName, folder).catch(() => {});
}
