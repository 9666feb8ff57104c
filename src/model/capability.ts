import { type FaultCapability, faultCapability, faultNames } from './fault.ts';

const faultCapabilities = Object.fromEntries(
	faultNames.map((fault) => [faultCapability(fault), `can inject the fault ${fault}`]),
) as Record<FaultCapability, string>;

/**
 * What a scenario may need of a cluster, as a closed list: an unknown word in `requires` is an error.
 * A capability that the chosen cluster lacks makes the scenario `skipped`, with the capability's name as the reason.
 */
export const capabilities = {
	'network-policy': 'enforces NetworkPolicy v1',
	ipv4: 'gives pods IPv4 addresses',
	ipv6: 'gives pods IPv6 addresses',
	sctp: 'carries SCTP, and probes can open SCTP sockets',
	icmp: 'probes can send ICMP echo requests',
	'host-network': 'runs pods in the network of their node',
	'cross-node': 'has at least two nodes that run probe pods',
	external: 'has endpoints outside the cluster that the harness owns',
	'node-port': 'serves NodePort Services',
	'load-balancer': 'serves LoadBalancer Services',
	'kubelet-probes': 'runs readiness and liveness probes from the node',
	'completed-pods': 'keeps pods whose containers have ended',
	'service-accounts': 'gives pods a service account that policies can select',
	apiserver: 'has a Kubernetes API server that pods can address',
	'cluster-dns': 'has a DNS that passes names outside on to resolvers of the harness',
	'cluster-dns-probe': 'has a DNS that is a probe of the harness, so that every query that comes to it is seen',
	'node-local-dns': 'has a DNS cache on its nodes that passes names outside on to resolvers of the harness',
	metadata: 'has a cloud metadata address that the harness owns',
	'cluster-scoped-policies': 'enforces ClusterNetworkPolicy or AdminNetworkPolicy tiers',
	calico: 'enforces Calico policies',
	cilium: 'enforces Cilium policies',
	'vpc-cni': 'gives pods addresses of their VPC by the Amazon VPC CNI plugin, as EKS does by default',
	'vpc-cni-network-policy':
		'enforces NetworkPolicy by the node agent of the Amazon VPC CNI plugin, as EKS does with enableNetworkPolicy set to true',
	'standard-enforcing-mode':
		'lets a new pod of the Amazon VPC CNI plugin send and receive until its policies are in force (NETWORK_POLICY_ENFORCING_MODE=standard)',
	'strict-enforcing-mode':
		'keeps a new pod of the Amazon VPC CNI plugin shut until its policies are in force (NETWORK_POLICY_ENFORCING_MODE=strict)',
	'security-groups-for-pods':
		'attaches AWS security groups to pods, as EKS does on instance types with trunking and ENABLE_POD_ENI set to true',
	'pod-security-group-standard-mode':
		'applies security groups of pods to what leaves and enters their node, and NetworkPolicy beside them (POD_SECURITY_GROUP_ENFORCING_MODE=standard)',
	'pod-security-group-strict-mode':
		'applies security groups of pods to all of their traffic, and nothing else (POD_SECURITY_GROUP_ENFORCING_MODE=strict)',
	'imds-hop-limit':
		'has an instance metadata service whose answers end at the node (hop limit 1), so that no pod of its own network can use it',
	'load-balancer-tls': 'ends TLS at load balancers, with certificates of AWS Certificate Manager',
	'encryption-in-transit': 'encrypts what goes from node to node, by its instances (AWS Nitro) or its CNI plugin',
	istio: 'runs Istio with sidecars',
	ambient: 'runs Istio in ambient mode',
	envoy: 'runs an Envoy proxy beside a probe pod',
	'mesh-certificates':
		'has a mesh whose certificate authority the harness owns, so that it can make certificates of it',
	'cert-manager': 'runs cert-manager',
	'istio-csr': 'runs istio-csr, which has workload certificates made by cert-manager in the place of istiod',
	'private-ca': 'has a private certificate authority outside the cluster, such as AWS Private CA',
	'wire-capture': 'can capture packets on the host side of a pod',
	...faultCapabilities,
} as const;

export type Capability = keyof typeof capabilities;

export const capabilityNames = Object.keys(capabilities) as Capability[];
