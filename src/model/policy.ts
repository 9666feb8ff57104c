/** A Kubernetes object as a scenario holds it; strings in it may still hold `$(...)` references. */
export interface KubernetesObject {
	apiVersion: string;
	kind: string;
	metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
	spec?: unknown;
	[key: string]: unknown;
}

/** The policy kinds that a scenario may hold (a closed list), and the capability that each needs. */
export const policyKinds = [
	{ kind: 'NetworkPolicy', group: 'networking.k8s.io', scope: 'namespace', needs: 'network-policy' },
	{
		kind: 'ClusterNetworkPolicy',
		group: 'policy.networking.k8s.io',
		scope: 'cluster',
		needs: 'cluster-scoped-policies',
	},
	{ kind: 'AdminNetworkPolicy', group: 'policy.networking.k8s.io', scope: 'cluster', needs: 'cluster-scoped-policies' },
	{
		kind: 'BaselineAdminNetworkPolicy',
		group: 'policy.networking.k8s.io',
		scope: 'cluster',
		needs: 'cluster-scoped-policies',
	},
	{ kind: 'GlobalNetworkPolicy', group: 'projectcalico.org', scope: 'cluster', needs: 'calico' },
	{ kind: 'NetworkPolicy', group: 'projectcalico.org', scope: 'namespace', needs: 'calico' },
	{ kind: 'CiliumNetworkPolicy', group: 'cilium.io', scope: 'namespace', needs: 'cilium' },
	{ kind: 'CiliumClusterwideNetworkPolicy', group: 'cilium.io', scope: 'cluster', needs: 'cilium' },
	{ kind: 'SecurityGroupPolicy', group: 'vpcresources.k8s.aws', scope: 'namespace', needs: 'security-groups-for-pods' },
	{ kind: 'PeerAuthentication', group: 'security.istio.io', scope: 'namespace', needs: 'istio' },
	{ kind: 'AuthorizationPolicy', group: 'security.istio.io', scope: 'namespace', needs: 'istio' },
	{ kind: 'DestinationRule', group: 'networking.istio.io', scope: 'namespace', needs: 'istio' },
	{ kind: 'Sidecar', group: 'networking.istio.io', scope: 'namespace', needs: 'istio' },
] as const;

export type PolicyKind = (typeof policyKinds)[number];

/** The entry for an object, or undefined when its kind is not on the list. */
export function policyKindOf(object: { apiVersion: string; kind: string }): PolicyKind | undefined {
	const group = object.apiVersion.split('/')[0];
	return policyKinds.find((entry) => entry.kind === object.kind && entry.group === group);
}

/** Istio's default: what stands in it without a selector acts on the whole mesh. On clusters it is there already. */
export const meshRootNamespace = 'istio-system';

/** Whether an object acts on what others have on a cluster: by its kind, or as one of Istio's in its root namespace. */
export function actsOnWholeCluster(object: {
	apiVersion: string;
	kind: string;
	metadata: { namespace?: string };
}): boolean {
	const kind = policyKindOf(object);
	return kind?.scope === 'cluster' || (kind?.needs === 'istio' && object.metadata.namespace === meshRootNamespace);
}
