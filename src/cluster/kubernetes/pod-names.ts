import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { unlessForbidden, workloadOf } from './facts.ts';
import { isNodeAgent } from './network-programs.ts';

/** The name of a pod in the cluster, from that in the scenario. */
export type PodNames = (name: string) => string;

/**
 * The node agent of the Amazon VPC CNI plugin tells pods of a namespace apart by their names without what follows the
 * last dash, as if every pod came from a Deployment (aws/aws-network-policy-agent#327; GetPodIdentifier in
 * pkg/utils/utils.go): client-one and client-two on one node would have the policies of both. So there, and where it
 * can't be seen whether it is there, each name gets a last part of its own.
 */
export async function choosePodNames(client: KubeClient, signal?: AbortSignal): Promise<PodNames> {
	const daemonSets = await client
		.list<KubeObject>({ apiVersion: 'apps/v1', kind: 'DaemonSet' }, { namespace: 'kube-system' }, { signal })
		.catch((error: unknown) => unlessForbidden(error));
	const told = daemonSets?.every((object) => !workloadOf(object).containers.some(isNodeAgent)) ?? false;
	return told ? (name) => name : (name) => `${name}-0`;
}
