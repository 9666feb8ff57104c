import { createHash } from 'node:crypto';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ClusterDefinition } from '../cluster-definition.ts';
import { type ClusterRecord, type ClusterRecords } from './cluster-records.ts';
import type { Images } from './images.ts';
import { listKindClusters, nodeContainers } from './kind-clusters.ts';
import { standUp, type Standing, takeDown } from './stand-up.ts';

/** kind's name of a cluster that is made to stay. */
export function keptName({ metadata }: ClusterDefinition): string {
	return `gatecrash-${metadata.name}`;
}

/** The same for two definitions and images that make the same cluster. */
export function fingerprint(definition: ClusterDefinition, images: Images): string {
	return createHash('sha256')
		.update(JSON.stringify([definition, images]))
		.digest('hex');
}

export interface KeptClusterOptions {
	definition: ClusterDefinition;
	images: Images;
	records: ClusterRecords;
	mirror: string | undefined;
	signal: AbortSignal;
	onPhase: (phase: string) => void;
}

/**
 * Creates the cluster that stays until `gatecrash cluster down`. What fails or is interrupted is deleted again.
 * @throws GatecrashError GC_CLUSTER where one of its name is there.
 */
export async function createKeptCluster(options: KeptClusterOptions): Promise<Standing> {
	const { definition, images, records, signal, onPhase } = options;
	const kindName = keptName(definition);
	if ((await listKindClusters()).includes(kindName)) {
		throw new GatecrashError('GC_CLUSTER', `There is a kind cluster ${kindName} already.`, {
			hint: `Delete it with: gatecrash cluster down ${definition.metadata.name}`,
		});
	}
	const record: ClusterRecord = {
		...{ schemaVersion: 1, kindName, cluster: definition.metadata.name, made: fingerprint(definition, images) },
		...{ agentImage: images.agent, process: process.pid, createdAt: new Date().toISOString() },
	};
	try {
		return await standUp({
			...{ definition, record, records, signal, onPhase, mirror: options.mirror, nodeImage: images.node },
			...{ ledger: undefined, logs: `${records.folder(kindName)}-logs` },
		});
	} catch (error) {
		onPhase(`deleting ${kindName}`);
		await takeDown(kindName, records);
		throw error;
	}
}

/**
 * The kept cluster of a definition if it is up, complete and made as it would be now; else why it is not used, or
 * undefined where there is none.
 */
export async function findKeptCluster(
	definition: ClusterDefinition,
	images: Images,
	records: ClusterRecords,
): Promise<ClusterRecord | { unused: string } | undefined> {
	const kindName = keptName(definition);
	const record = await records.read(kindName);
	if (!record) return undefined;
	const nodes = await nodeContainers(kindName);
	if (nodes.length === 0) return { unused: `${kindName} does not run` };
	if (record.readyAt === undefined) return { unused: `${kindName} is not complete` };
	if (nodes.length !== definition.spec.nodes) return { unused: `${kindName} runs ${nodes.length} of its nodes` };
	if (record.made !== fingerprint(definition, images)) return { unused: `${kindName} was made in another way` };
	return record;
}
