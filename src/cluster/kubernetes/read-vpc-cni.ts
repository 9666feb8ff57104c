import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { isRecord } from '../../model/is-record.ts';
import { type ClusterWorkload, isNodeAgent } from './network-programs.ts';
import { awsNode, findVpcCni, type VpcCniFindings, type VpcCniObjects } from './vpc-cni.ts';

const cniNode = { apiVersion: 'vpcresources.k8s.aws/v1alpha1', kind: 'CNINode' } as const;
const securityGroupPolicy = { apiVersion: 'vpcresources.k8s.aws/v1beta1', kind: 'SecurityGroupPolicy' } as const;

/** Undefined where there is no DaemonSet aws-node. What may not be read is said in the notes. */
export async function readVpcCni(
	client: KubeClient,
	workloads: readonly ClusterWorkload[],
	signal: AbortSignal | undefined,
): Promise<VpcCniFindings | undefined> {
	const daemonSet = workloads.find(
		({ kind, namespace, name }) => kind === 'DaemonSet' && namespace === awsNode.namespace && name === awsNode.name,
	);
	if (!daemonSet) return undefined;
	const [configMap, serves, nodes, pods] = await Promise.all([
		readConfigMap(client, signal),
		ifPermitted(client.serves(securityGroupPolicy)),
		ifPermitted(client.serves(cniNode)).then((served) =>
			served ? ifPermitted(client.list<KubeObject>(cniNode, {}, { signal })) : undefined,
		),
		ifPermitted(
			client.list<KubeObject>(
				{ apiVersion: 'v1', kind: 'Pod' },
				{ namespace: awsNode.namespace, labelSelector: 'k8s-app=aws-node' },
				{ signal },
			),
		),
	]);
	return findVpcCni({
		daemonSet,
		configMap,
		servesSecurityGroupPolicies: serves,
		cniNodes: nodes?.map((object) => ({ name: object.metadata.name, features: featuresOf(object) })),
		nodeAgents: pods?.flatMap(agentOf),
	});
}

async function readConfigMap(client: KubeClient, signal: AbortSignal | undefined): Promise<VpcCniObjects['configMap']> {
	const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: awsNode.namespace, name: 'amazon-vpc-cni' };
	const object = await ifPermitted(client.get<KubeObject>(ref, { signal }));
	return (object as { data?: Record<string, string> } | undefined)?.data;
}

function featuresOf(object: KubeObject): string[] {
	const { spec } = object as { spec?: { features?: unknown } };
	if (!Array.isArray(spec?.features)) return [];
	return spec.features.flatMap((one: unknown) => (isRecord(one) && typeof one.name === 'string' ? [one.name] : []));
}

function agentOf(pod: KubeObject): { node: string; ready: boolean; restarts: number }[] {
	const { spec, status } = pod as {
		spec?: { nodeName?: string };
		status?: { containerStatuses?: { name: string; ready?: boolean; restartCount?: number }[] };
	};
	const agent = status?.containerStatuses?.find((one) => isNodeAgent(one));
	// Not started yet: a pod of an agent whose state nobody knows is not ready.
	return [
		{ node: spec?.nodeName ?? pod.metadata.name, ready: agent?.ready ?? false, restarts: agent?.restartCount ?? 0 },
	];
}

async function ifPermitted<T>(answer: Promise<T>): Promise<T | undefined> {
	return answer.catch((error: unknown) => {
		if (error instanceof GatecrashError && error.code === 'GC_NOT_PERMITTED') return undefined;
		throw error;
	});
}
