import type { Resource } from '../../kube/kube-object.ts';

/** Objects without a namespace that a run may make. Namespaces stand apart: they take what is in them along. */
export const clusterScopedKinds: readonly Resource[] = [
	{ apiVersion: 'policy.networking.k8s.io/v1alpha2', kind: 'ClusterNetworkPolicy' },
	{ apiVersion: 'policy.networking.k8s.io/v1alpha1', kind: 'AdminNetworkPolicy' },
	{ apiVersion: 'policy.networking.k8s.io/v1alpha1', kind: 'BaselineAdminNetworkPolicy' },
	{ apiVersion: 'crd.projectcalico.org/v1', kind: 'GlobalNetworkPolicy' },
	{ apiVersion: 'projectcalico.org/v3', kind: 'GlobalNetworkPolicy' },
	{ apiVersion: 'cilium.io/v2', kind: 'CiliumClusterwideNetworkPolicy' },
];

/** Objects that a run may make in a namespace that is not its own. */
export const namespacedKinds: readonly Resource[] = [
	{ apiVersion: 'v1', kind: 'Pod' },
	{ apiVersion: 'v1', kind: 'ConfigMap' },
	{ apiVersion: 'v1', kind: 'Service' },
	{ apiVersion: 'v1', kind: 'ServiceAccount' },
	{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
	{ apiVersion: 'crd.projectcalico.org/v1', kind: 'NetworkPolicy' },
	{ apiVersion: 'projectcalico.org/v3', kind: 'NetworkPolicy' },
	{ apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy' },
	{ apiVersion: 'vpcresources.k8s.aws/v1beta1', kind: 'SecurityGroupPolicy' },
	{ apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication' },
	{ apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy' },
	{ apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule' },
	{ apiVersion: 'networking.istio.io/v1', kind: 'Sidecar' },
];

export const namespaceKind: Resource = { apiVersion: 'v1', kind: 'Namespace' };
