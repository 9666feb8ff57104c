/**
 * An EC2 security group as a scenario declares it: what its rules let through. gatecrash makes no group and reads none;
 * predictions rest on what stands here. https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
 */
export interface SecurityGroupSpec {
	/** `sg-...`; undefined: not known, so that no policy can name it on a cluster. */
	id: string | undefined;
	/** False: there is none of this id, on purpose. */
	exists: boolean;
	/** What comes in; groups are stateful, so replies need no rule. */
	ingress: SecurityGroupRule[];
	/** What goes out; undefined: everything, as AWS makes a new group. */
	egress: SecurityGroupRule[] | undefined;
}

export interface SecurityGroupRule {
	protocol: 'tcp' | 'udp' | 'all';
	/** Both ends are included; undefined: every port. */
	ports: { from: number; to: number } | undefined;
	/** Groups, by their names here, one of which the other end has. */
	securityGroups: string[];
	/** Ranges, one of which holds the other end's address; may be references. */
	cidrs: string[];
}

/** The group of the nodes' own network interfaces, which pods without a group of their own share (EKS: the cluster security group). */
export const nodesSecurityGroup = 'nodes';

/** POD_SECURITY_GROUP_ENFORCING_MODE of the Amazon VPC CNI plugin. */
export const podSecurityGroupModes = ['standard', 'strict'] as const;
export type PodSecurityGroupMode = (typeof podSecurityGroupModes)[number];
