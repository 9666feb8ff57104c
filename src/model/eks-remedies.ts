import type { Capability } from './capability.ts';

/** What EKS has, and which of its settings brings it: shown where a scenario is skipped for want of it. */
export const eksRemedies: Partial<Record<Capability, string>> = {
	'vpc-cni': 'EKS has vpc-cni by default',
	'vpc-cni-network-policy':
		'EKS has vpc-cni-network-policy where the add-on vpc-cni is configured with enableNetworkPolicy "true"',
	'standard-enforcing-mode': 'EKS has standard-enforcing-mode unless NETWORK_POLICY_ENFORCING_MODE is strict',
	'strict-enforcing-mode': 'EKS has strict-enforcing-mode with NETWORK_POLICY_ENFORCING_MODE=strict',
	'security-groups-for-pods':
		'EKS has security-groups-for-pods with ENABLE_POD_ENI=true, on instance types with trunking',
	'pod-security-group-standard-mode':
		'EKS has pod-security-group-standard-mode with POD_SECURITY_GROUP_ENFORCING_MODE=standard',
	'pod-security-group-strict-mode':
		'EKS has pod-security-group-strict-mode unless POD_SECURITY_GROUP_ENFORCING_MODE is standard',
	'imds-hop-limit': 'EKS has imds-hop-limit on nodes with httpPutResponseHopLimit 1',
	'load-balancer-tls': 'EKS has load-balancer-tls with the AWS Load Balancer Controller',
	'encryption-in-transit': 'EKS has encryption-in-transit between instance types that AWS Nitro encrypts',
};
