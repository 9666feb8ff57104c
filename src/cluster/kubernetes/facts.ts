import type { IpFamily } from '../../model/address.ts';
import { ipFamilies } from '../../model/address.ts';
import type { ClusterFacts } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ClusterRange } from '../../model/reference.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject, Resource } from '../../kube/kube-object.ts';
import { type ClusterNode, findNetwork } from './enforcers.ts';
import type { ClusterWorkload } from './network-programs.ts';
import { readVpcCni } from './read-vpc-cni.ts';
import { familyOf, readRanges } from './cluster-ranges.ts';

export interface FactsOptions {
	name: string;
	driver: 'kind' | 'eks' | 'existing';
	/** Known ones, from the definition; the cluster is asked only for the others. */
	ranges?: Partial<Record<ClusterRange, string>>;
	signal?: AbortSignal;
}

interface NodeObject extends KubeObject {
	spec?: { unschedulable?: boolean; podCIDRs?: string[]; taints?: { effect: string }[] };
	status?: {
		nodeInfo?: { kernelVersion?: string; kubeletVersion?: string };
		addresses?: { type: string; address: string }[];
	};
}

interface WorkloadObject extends KubeObject {
	spec?: {
		template?: {
			spec?: {
				containers?: {
					name: string;
					image?: string;
					command?: string[];
					args?: string[];
					env?: { name: string; value?: string; valueFrom?: object }[];
				}[];
			};
		};
	};
	status?: { desiredNumberScheduled?: number; numberReady?: number; replicas?: number; readyReplicas?: number };
}

/**
 * What can be read of a cluster with the rights that there are. What may not be read is said in the notes and stops
 * nothing. Rejects only when the API server can't be asked at all.
 */
export async function readClusterFacts(client: KubeClient, options: FactsOptions): Promise<ClusterFacts> {
	const read = reader(client, options.signal);
	const [version, nodes, daemonSets, deployments, ranges] = await Promise.all([
		client.version(),
		read<NodeObject>({ apiVersion: 'v1', kind: 'Node' }),
		read<WorkloadObject>({ apiVersion: 'apps/v1', kind: 'DaemonSet' }),
		read<WorkloadObject>({ apiVersion: 'apps/v1', kind: 'Deployment' }),
		readRanges(client, options.ranges ?? {}, options.signal),
	]);
	const workloads = daemonSets && [...daemonSets, ...(deployments ?? [])].map(workloadOf);
	const network = findNetwork(workloads, (nodes ?? []).map(nodeOf));
	const vpcCni = await readVpcCni(client, workloads ?? [], options.signal);
	const unread = [
		...(nodes ? [] : ['nodes (so their number and kernels are not known)']),
		...(daemonSets ? [] : ['DaemonSets']),
		...(deployments ? [] : ['Deployments (so meshes may have been missed)']),
	];
	return {
		name: options.name,
		driver: options.driver,
		version,
		kernel: unique((nodes ?? []).map((node) => node.status?.nodeInfo?.kernelVersion)).join(', ') || 'unknown',
		enforcers: network.enforcers,
		nodes: nodes?.length ?? 0,
		ranges,
		network: { cni: network.cni, mesh: network.mesh },
		...(vpcCni && { vpcCni: vpcCni.facts }),
		warnings: [...network.warnings, ...(vpcCni?.warnings ?? [])],
		notes: [
			...network.notes,
			...(vpcCni?.notes ?? []),
			...(unread.length > 0 ? [`These could not be read: ${unread.join(', ')}.`] : []),
		],
		injected: [],
	};
}

/** IP families that pods get: by the ranges of nodes, else by the API server's own Service. */
export async function readFamilies(client: KubeClient, signal?: AbortSignal): Promise<IpFamily[]> {
	const nodes = (await reader(client, signal)<NodeObject>({ apiVersion: 'v1', kind: 'Node' })) ?? [];
	const cidrs = nodes.flatMap((node) => node.spec?.podCIDRs ?? []);
	const service = cidrs.length > 0 ? undefined : await apiService(client, signal);
	const found = cidrs.length > 0 ? cidrs : (service?.spec?.clusterIPs ?? []);
	return ipFamilies.filter((family) => found.some((text) => familyOf(text) === family));
}

async function apiService(
	client: KubeClient,
	signal: AbortSignal | undefined,
): Promise<(KubeObject & { spec?: { clusterIPs?: string[] } }) | undefined> {
	const ref = { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'kubernetes' };
	return client.get(ref, { signal }).catch((error: unknown) => unlessForbidden(error));
}

/** Lists a kind in all namespaces; undefined where that is not permitted. */
function reader(
	client: KubeClient,
	signal: AbortSignal | undefined,
): <T extends KubeObject>(resource: Resource) => Promise<T[] | undefined> {
	return <T extends KubeObject>(resource: Resource) =>
		client.list<T>(resource, {}, { signal }).catch((error: unknown) => unlessForbidden(error));
}

export function unlessForbidden(error: unknown): undefined {
	if (error instanceof GatecrashError && error.code === 'GC_NOT_PERMITTED') return undefined;
	throw error;
}

export function workloadOf(object: KubeObject): ClusterWorkload {
	const { spec, status } = object as WorkloadObject;
	return {
		kind: object.kind === 'DaemonSet' ? 'DaemonSet' : 'Deployment',
		namespace: object.metadata.namespace ?? '',
		name: object.metadata.name,
		containers: (spec?.template?.spec?.containers ?? []).map(({ name, image, command, args, env }) => ({
			name,
			image: image ?? '',
			arguments: [...(command ?? []), ...(args ?? [])],
			environment: Object.fromEntries((env ?? []).map((variable) => [variable.name, variable.value ?? ''])),
			references: (env ?? []).flatMap(({ name: variable, valueFrom }) => (valueFrom === undefined ? [] : [variable])),
		})),
		wanted: status?.desiredNumberScheduled ?? status?.replicas,
		ready: object.kind === 'DaemonSet' ? (status?.numberReady ?? 0) : (status?.readyReplicas ?? 0),
	};
}

export function nodeOf(object: KubeObject): ClusterNode {
	const { metadata, spec, status } = object as NodeObject;
	const refuses = (spec?.taints ?? []).some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
	return {
		name: metadata.name,
		kubeletVersion: status?.nodeInfo?.kubeletVersion ?? '',
		schedulable: spec?.unschedulable !== true && !refuses,
	};
}

function unique(texts: (string | undefined)[]): string[] {
	return [...new Set(texts.filter((text): text is string => text !== undefined))].sort();
}
