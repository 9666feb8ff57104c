import { clusterDnsNamespace } from '../../model/cluster-dns.ts';
import { istiod, setReplicas, waitUntilGone, wantedReplicas } from '../kubernetes/control-plane.ts';
import { clusterDnsDeployment, clusterDnsSelector } from '../kubernetes/dns-pods.ts';
import { deletePods, podsOf } from '../kubernetes/workload-pods.ts';
import { waitForProcessesEnd } from './in-node.ts';
import type { Inject } from './injection.ts';

/** Seconds; by itself it would go on answering for 5 s more. */
const grace = 1;

/** CoreDNS is scaled to zero, and back when it is healed. */
export const restartDns: Inject = async ({ client, intend, signal }) => {
	const replicas = await wantedReplicas(client, clusterDnsDeployment);
	if (replicas === undefined || replicas === 0) return [];
	const { namespace, deployment } = clusterDnsDeployment;
	const pods = await podsOf(client, { kind: 'Deployment', namespace, name: deployment }, signal);
	intend({ do: 'scale', namespace, deployment, replicas });
	await setReplicas(client, clusterDnsDeployment, 0, signal);
	await deletePods(client, pods, signal, grace);
	await waitUntilGone(client, { namespace: clusterDnsNamespace, labelSelector: clusterDnsSelector }, signal);
	return [`Deployment ${namespace}/${deployment}: ${replicas} became 0, and its pods are gone`];
};

/** Pods of istiod are deleted; their Deployment makes others at once. */
export const restartMeshControlPlane: Inject = async ({ client, intend, signal }) => {
	const workload = { kind: 'Deployment', namespace: istiod.namespace, name: istiod.deployment } as const;
	const pods = await podsOf(client, workload, signal);
	if (pods.length === 0) return [];
	intend({ do: 'await-ready', ...workload });
	await deletePods(client, pods, signal);
	return Promise.all(
		pods.map(async ({ metadata: { name, uid = '' }, spec }) => {
			await waitForProcessesEnd(spec?.nodeName ?? '', uid, signal);
			return `the last process of pod ${istiod.namespace}/${name} ended`;
		}),
	);
};
