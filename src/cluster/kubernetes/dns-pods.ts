import type { KubeClient } from '../../kube/kube-client.ts';
import type { Endpoint } from '../../model/cluster.ts';
import { clusterDnsLabels, clusterDnsName, clusterDnsNamespace, clusterDnsService } from '../../model/cluster-dns.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { addressesOf, type ClusterNode } from './cluster-nodes.ts';
import { wantedReplicas } from './control-plane.ts';
import { isReady, type PodObject } from './pod-state.ts';
import { awaitBackends } from './service-states.ts';

/** CoreDNS is ready again after 2 s or so. Milliseconds. */
const bound = 90_000;
/** Seconds; by itself it would go on answering for 5 s more. */
const grace = 1;

const pods = { apiVersion: 'v1', kind: 'Pod' };
/** As kubeadm calls it. https://kubernetes.io/docs/tasks/administer-cluster/coredns/ */
export const clusterDnsDeployment = { namespace: clusterDnsNamespace, deployment: 'coredns' };
export const clusterDnsSelector = Object.entries(clusterDnsLabels)
	.map(([key, value]) => `${key}=${value}`)
	.join(',');

/**
 * Pods that have read the configuration as it is now, in the place of those there are: resolves when they answer, none of the others is
 * left, and the Service leads to them alone. CoreDNS reads a changed configuration by itself as well, but the kubelet brings the
 * file a minute later.
 */
export async function replaceDnsPods(client: KubeClient, signal?: AbortSignal): Promise<PodObject[]> {
	const replicas = await wantedReplicas(client, clusterDnsDeployment);
	if (replicas === undefined) {
		throw new GatecrashError(
			'GC_CLUSTER',
			`There is no Deployment ${clusterDnsNamespace}/${clusterDnsDeployment.deployment}.`,
		);
	}
	const selection = { namespace: clusterDnsNamespace, labelSelector: clusterDnsSelector };
	const old = await client.list<PodObject>(pods, selection, { signal });
	const gone = new Set(old.map(({ metadata }) => metadata.uid));
	await Promise.all(
		old.map(({ metadata: { name, namespace, uid } }) =>
			client.remove({ ...pods, name, namespace, uid }, { grace, signal }),
		),
	);
	return awaitDnsPods(client, replicas, gone, signal);
}

/** As many as are wanted, ready, and the Service leads to them alone. Sorted by name. */
export async function readyDnsPods(client: KubeClient, signal?: AbortSignal): Promise<PodObject[]> {
	const replicas = (await wantedReplicas(client, clusterDnsDeployment)) ?? 0;
	return awaitDnsPods(client, replicas, new Set(), signal);
}

async function awaitDnsPods(
	client: KubeClient,
	replicas: number,
	gone: ReadonlySet<string | undefined>,
	signal: AbortSignal | undefined,
): Promise<PodObject[]> {
	const selection = { namespace: clusterDnsNamespace, labelSelector: clusterDnsSelector };
	const fresh = await client.waitFor<PodObject, PodObject[]>({
		...{ resource: pods, selection, bound, signal },
		examine: (all) => {
			const isDone = all.length === replicas && all.every((pod) => isReady(pod) && !gone.has(pod.metadata.uid));
			return isDone ? all : undefined;
		},
		missing: (all) => `${all.filter(isReady).length} of ${replicas} pods of the cluster’s DNS are ready again`,
	});
	const uids = new Set(fresh.flatMap(({ metadata }) => metadata.uid ?? []));
	const expected = new Map([[clusterDnsService, { must: uids, may: new Set<string>() }]]);
	await awaitBackends(client, clusterDnsNamespace, expected, bound, signal);
	return fresh.sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
}

/** As endpoints without an agent. The first one is what scenarios call `cluster/pod`. */
export function dnsEndpoints(fresh: readonly PodObject[], nodes: readonly ClusterNode[]): Endpoint[] {
	return fresh.map(({ metadata, spec, status }, index): Endpoint => {
		const node = nodes.find(({ name }) => name === spec?.nodeName)?.symbol;
		return {
			...{ kind: 'pod', name: index === 0 ? clusterDnsName : `${clusterDnsNamespace}/${metadata.name}` },
			...{ uid: metadata.uid ?? metadata.name, namespace: clusterDnsNamespace, labels: metadata.labels ?? {} },
			addresses: addressesOf((status?.podIPs ?? []).map(({ ip }) => ip)),
			...{ hostNetwork: false, agent: false, portMap: {} },
			...(node !== undefined && { node }),
		};
	});
}
