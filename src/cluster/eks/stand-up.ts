import { writeFile } from 'node:fs/promises';
import { connect } from '../../kube/connect.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { Ledger, Phase } from '../../model/cluster.ts';
import type { AddOn } from '../add-on.ts';
import type { ClusterDefinition } from '../cluster-definition.ts';
import { applyAddOn, waitForAddOn, waitForNodes } from '../kind/install-add-on.ts';
import { authoritySecret, makeMeshAuthority } from '../kind/mesh-authority.ts';
import { manifestOf } from '../kind/mirror.ts';
import { clusterConfig } from './cluster-config.ts';
import type { EksRecord, EksRecords } from './eks-records.ts';
import { eksctlCreate } from './eksctl.ts';
import { tagsOf } from './ownership.ts';

const nodesBound = 600_000;
/** A new endpoint's name takes a while to be known. Milliseconds. */
const endpointPatience = 120_000;

export interface NewEksCluster {
	definition: ClusterDefinition;
	record: EksRecord;
	owner: string;
	records: EksRecords;
	mirror: string | undefined;
	ledger: Ledger | undefined;
	signal: AbortSignal;
	onPhase: (phase: string) => void;
}

/** A cluster that is up. Whoever has it closes the client. */
export interface EksStanding {
	record: EksRecord;
	kubeconfig: string;
	client: KubeClient;
	/** What it took, in order. */
	phases: Phase[];
}

/** What every EKS cluster runs, whatever its definition installs. */
const systemAddOns = [{ daemonSet: 'kube-system/aws-node' }, { deployment: 'kube-system/coredns' }];

/**
 * Creates an EKS cluster with its add-ons and waits until they are ready. It stands in the ledger and the records before
 * AWS is asked for anything. Whoever calls takes it down, also when this rejects.
 */
export async function standUpEks(wanted: NewEksCluster): Promise<EksStanding> {
	const { definition, record, records, signal, onPhase } = wanted;
	const { name, region, account, run, expires } = record;
	const phases: Phase[] = [];
	const phase = async <T>(title: string, action: () => Promise<T>): Promise<T> => {
		onPhase(title);
		const began = performance.now();
		const result = await action();
		phases.push({ phase: title, duration: Math.round(performance.now() - began) });
		return result;
	};
	const manifests = await phase('getting manifests', () =>
		Promise.all(definition.spec.addOns.map((addOn) => manifestOf(addOn, wanted.mirror, signal))),
	);
	const [config, kubeconfig] = [records.file(name, 'cluster.yaml'), records.file(name, 'kubeconfig')];
	const tags = tagsOf({ run, expires, owner: wanted.owner, definition: definition.metadata.name });
	await records.write(record);
	await writeFile(config, clusterConfig(definition, { name, region, tags }));
	wanted.ledger?.intend({ makes: 'eks-cluster', name, region, account });
	await phase('creating the cluster', () => eksctlCreate({ config, kubeconfig }, signal, onPhase));
	const client = await connect({ kubeconfig, patience: endpointPatience });
	try {
		await phase('installing add-ons', async () => {
			for (const [index, addOn] of definition.spec.addOns.entries()) {
				onPhase(`installing ${addOn.name}`);
				const first = await authorityOf(addOn, records.file(name, 'mesh-authority.json'));
				await applyAddOn(client, addOn, manifests[index] ?? '', signal, first);
			}
		});
		await phase('waiting for nodes and add-ons', () => waitForAll(client, definition, signal));
		const ready = { ...record, readyAt: new Date().toISOString() };
		await records.write(ready);
		return { record: ready, kubeconfig, client, phases };
	} catch (error) {
		client.close();
		throw error;
	}
}

async function waitForAll(client: KubeClient, { spec }: ClusterDefinition, signal: AbortSignal): Promise<void> {
	const system = { ready: systemAddOns, readyWithin: 600 };
	await Promise.all([
		waitForNodes(client, spec.nodes, nodesBound, signal),
		...(spec.provides.includes('security-groups-for-pods') ? [waitForTrunks(client, spec.nodes, signal)] : []),
		...[system, ...spec.addOns].map((addOn) => waitForAddOn(client, addOn, signal)),
	]);
}

/**
 * The VPC CNI plugin says on a node's CNINode that it may have a trunk interface once its own pod there runs; pods with
 * security groups are not scheduled before.
 */
function waitForTrunks(client: KubeClient, nodes: number, signal: AbortSignal): Promise<true> {
	const trunked = (found: CniNode[]) =>
		found.filter(({ spec }) => spec?.features?.some(({ name }) => name === 'SecurityGroupsForPods') ?? false).length;
	return client.waitFor<CniNode, true>({
		resource: { apiVersion: 'vpcresources.k8s.aws/v1alpha1', kind: 'CNINode' },
		selection: {},
		examine: (found) => (trunked(found) >= nodes ? true : undefined),
		missing: (found) => `${trunked(found)} of ${nodes} nodes can have trunk interfaces`,
		bound: nodesBound,
		signal,
	});
}

type CniNode = KubeObject & { spec?: { features?: { name: string }[] } };

async function authorityOf({ authority }: AddOn, file: string) {
	return authority === undefined ? [] : [await authoritySecret(authority, await makeMeshAuthority(file))];
}
