import type { Capability } from '../../model/capability.ts';
import type { VpcCniFacts } from '../../model/cluster.ts';

/** What a cluster with the Amazon VPC CNI plugin has, as far as its settings were made out. */
export function vpcCniCapabilities(facts: VpcCniFacts | undefined): Capability[] {
	if (!facts) return [];
	const { networkPolicy, enforcingMode, podEni, securityGroupPolicies, trunks, podSecurityGroupMode } = facts;
	const hasGroups = podEni === true && securityGroupPolicies === true && trunks !== undefined && trunks.trunked > 0;
	return [
		'vpc-cni',
		...(networkPolicy ? (['vpc-cni-network-policy'] as const) : []),
		...(networkPolicy && enforcingMode ? ([`${enforcingMode}-enforcing-mode`] as const) : []),
		...(hasGroups ? (['security-groups-for-pods'] as const) : []),
		...(hasGroups && podSecurityGroupMode ? ([`pod-security-group-${podSecurityGroupMode}-mode`] as const) : []),
	];
}

/** Those that it says of itself: a definition that promises one of them can be held against it. */
export const seenInVpcCni: readonly Capability[] = [
	'vpc-cni',
	'vpc-cni-network-policy',
	'standard-enforcing-mode',
	'strict-enforcing-mode',
	'security-groups-for-pods',
	'pod-security-group-standard-mode',
	'pod-security-group-strict-mode',
];
