import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject, Resource } from '../../kube/kube-object.ts';
import type { Capability } from '../../model/capability.ts';
import { unlessForbidden, workloadOf } from '../kubernetes/facts.ts';
import { readVpcCni } from '../kubernetes/read-vpc-cni.ts';
import { vpcCniCapabilities } from '../kubernetes/vpc-cni-capabilities.ts';

/** What every conformant cluster has, and gatecrash can use without more rights than it asks for. */
const everywhere: readonly Capability[] = [
	'network-policy',
	'host-network',
	'node-port',
	'kubelet-probes',
	'completed-pods',
	'service-accounts',
];

const byKind: readonly { capability: Capability; anyOf: readonly Resource[] }[] = [
	{
		capability: 'calico',
		anyOf: [
			{ apiVersion: 'projectcalico.org/v3', kind: 'GlobalNetworkPolicy' },
			{ apiVersion: 'crd.projectcalico.org/v1', kind: 'GlobalNetworkPolicy' },
		],
	},
	{ capability: 'cilium', anyOf: [{ apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy' }] },
	{
		capability: 'cluster-scoped-policies',
		anyOf: [
			{ apiVersion: 'policy.networking.k8s.io/v1alpha2', kind: 'ClusterNetworkPolicy' },
			{ apiVersion: 'policy.networking.k8s.io/v1alpha1', kind: 'AdminNetworkPolicy' },
		],
	},
];

/** Asks which kinds of policies the API server has; `nodes` is the number that takes ordinary pods. */
export async function findCapabilities(client: KubeClient, nodes: number): Promise<Capability[]> {
	const vpcCni = await findVpcCniCapabilities(client);
	const served = await Promise.all(
		byKind.map(async ({ capability, anyOf }) => {
			const found = await Promise.all(anyOf.map((resource) => client.serves(resource)));
			return found.includes(true) ? [capability] : [];
		}),
	);
	return [...everywhere, ...(nodes > 1 ? (['cross-node'] as const) : []), ...served.flat(), ...vpcCni];
}

async function findVpcCniCapabilities(client: KubeClient): Promise<Capability[]> {
	const daemonSets = await client
		.list<KubeObject>({ apiVersion: 'apps/v1', kind: 'DaemonSet' }, { namespace: 'kube-system' })
		.catch((error: unknown) => unlessForbidden(error));
	const found = await readVpcCni(client, (daemonSets ?? []).map(workloadOf), undefined);
	return vpcCniCapabilities(found?.facts);
}
