import type { ClusterRecord, ClusterRecords } from './cluster-records.ts';
import { listKindClusters, nodeContainers } from './kind-clusters.ts';

/** A kind cluster of gatecrash's, or a record of one. */
export interface ListedCluster {
	/** kind's name of it. */
	name: string;
	/** Name of the definition; undefined: it was made from another folder, whose record is not here. */
	cluster: string | undefined;
	/** `gone`: there is a record, but no such cluster. */
	state: 'up' | 'incomplete' | 'stopped' | 'gone';
	/** The run that made it; undefined: it is kept. */
	run: string | undefined;
	/** Node containers that run. */
	nodes: number;
	createdAt: string | undefined;
	kubeconfig: string | undefined;
}

/** Everything that gatecrash makes on a machine has a name that begins so. */
export const namePrefix = 'gatecrash-';
const runName = /^gatecrash-(\d{8}-\d{6}-[0-9a-f]{6})$/;

/** Kept clusters, clusters of runs that go on, and what runs left. Rejects with GatecrashError without Docker or kind. */
export async function listClusters(records: ClusterRecords): Promise<ListedCluster[]> {
	const there = (await listKindClusters()).filter((name) => name.startsWith(namePrefix));
	const recorded = new Map((await records.all()).map((record) => [record.kindName, record]));
	const names = [...new Set([...there, ...recorded.keys()])].sort();
	return Promise.all(
		names.map(async (name) => {
			const record = recorded.get(name);
			const nodes = there.includes(name) ? (await nodeContainers(name)).length : 0;
			return {
				...{ name, cluster: record?.cluster, nodes, createdAt: record?.createdAt },
				run: record?.run ?? runName.exec(name)?.[1],
				state: stateOf(record, there.includes(name), nodes),
				kubeconfig: record && records.file(name, 'kubeconfig'),
			};
		}),
	);
}

function stateOf(record: ClusterRecord | undefined, there: boolean, nodes: number): ListedCluster['state'] {
	if (!there) return 'gone';
	if (record && record.readyAt === undefined) return 'incomplete';
	return nodes === 0 ? 'stopped' : 'up';
}
