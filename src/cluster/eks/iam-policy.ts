/** A statement of an IAM policy (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html). */
interface Statement {
	Sid: string;
	Effect: 'Allow';
	Action: string[];
	Resource: string | string[];
	Condition?: Record<string, Record<string, string | string[]>>;
}

export interface IamPolicy {
	Version: '2012-10-17';
	Statement: Statement[];
}

/** Of a service: `ec2:CreateVpc`, ... */
const of = (service: string, actions: string) => actions.split(' ').map((action) => `${service}:${action}`);
const ours = 'gatecrash-*';

/** Reading has no resources to name, in most services. */
const reading: Statement = {
	Sid: 'Look',
	Effect: 'Allow',
	Action: [
		...of('eks', 'ListClusters DescribeAddonVersions DescribeAddonConfiguration DescribeClusterVersions'),
		...of('cloudformation', 'DescribeStacks ListStacks'),
		'ec2:Describe*',
		...of('elasticloadbalancing', 'DescribeLoadBalancers DescribeTargetGroups DescribeTags'),
		...of('autoscaling', 'DescribeAutoScalingGroups DescribeScalingActivities'),
		...of('logs', 'DescribeLogGroups'),
		...of('servicequotas', 'GetServiceQuota'),
		...of('sts', 'GetCallerIdentity'),
	],
	Resource: '*',
};

/** By name: every cluster is called gatecrash-RUN, and eksctl calls stacks and roles after it. */
const named: Statement[] = [
	{
		...{ Sid: 'DescribeAnyCluster', Effect: 'Allow', Action: of('eks', 'DescribeCluster') },
		// Whose a cluster is stands in its tags.
		Resource: 'arn:aws:eks:*:*:cluster/*',
	},
	{
		...{ Sid: 'Clusters', Effect: 'Allow' },
		Action: [
			...of('eks', 'CreateCluster DeleteCluster UpdateClusterConfig DescribeUpdate TagResource ListTagsForResource'),
			...of('eks', 'CreateNodegroup DescribeNodegroup DeleteNodegroup ListNodegroups ListFargateProfiles'),
			...of('eks', 'CreateAddon DescribeAddon DeleteAddon ListAddons ListPodIdentityAssociations'),
			...of('eks', 'CreateAccessEntry DescribeAccessEntry DeleteAccessEntry ListAccessEntries'),
		],
		Resource: ['cluster', 'nodegroup', 'addon', 'access-entry'].map((kind) =>
			kind === 'cluster' ? `arn:aws:eks:*:*:cluster/${ours}` : `arn:aws:eks:*:*:${kind}/${ours}/*`,
		),
	},
	{
		...{ Sid: 'Stacks', Effect: 'Allow' },
		Action: of(
			'cloudformation',
			'CreateStack DeleteStack UpdateStack DescribeStackEvents DescribeStackResource DescribeStackResources ListStackResources GetTemplate TagResource',
		),
		Resource: `arn:aws:cloudformation:*:*:stack/eksctl-${ours}/*`,
	},
	{
		...{ Sid: 'Roles', Effect: 'Allow' },
		Action: of(
			'iam',
			'CreateRole GetRole DeleteRole TagRole AttachRolePolicy DetachRolePolicy ListAttachedRolePolicies PutRolePolicy GetRolePolicy DeleteRolePolicy ListRolePolicies ListInstanceProfilesForRole',
		),
		Resource: `arn:aws:iam::*:role/eksctl-${ours}`,
	},
	{
		...{ Sid: 'RolesOfClustersAndNodes', Effect: 'Allow', Action: of('iam', 'PassRole') },
		Resource: `arn:aws:iam::*:role/eksctl-${ours}`,
		Condition: { StringEquals: { 'iam:PassedToService': ['eks.amazonaws.com', 'ec2.amazonaws.com'] } },
	},
	{
		...{ Sid: 'RolesOfAws', Effect: 'Allow', Action: of('iam', 'CreateServiceLinkedRole GetRole') },
		Resource: 'arn:aws:iam::*:role/aws-service-role/*',
	},
	{
		...{ Sid: 'Images', Effect: 'Allow', Action: of('ssm', 'GetParameter GetParameters') },
		Resource: 'arn:aws:ssm:*::parameter/aws/service/eks/*',
	},
	{
		...{ Sid: 'Logs', Effect: 'Allow', Action: of('logs', 'DeleteLogGroup') },
		Resource: [
			`arn:aws:logs:*:*:log-group:/aws/eks/${ours}`,
			`arn:aws:logs:*:*:log-group:/aws/containerinsights/${ours}`,
		],
	},
];

/** The network has no names. Making it, and deleting what EKS itself tags with its own tags only, can't be held to ours. */
const network: Statement = {
	Sid: 'Network',
	Effect: 'Allow',
	Action: [
		...of('ec2', 'CreateVpc DeleteVpc ModifyVpcAttribute CreateSubnet DeleteSubnet ModifySubnetAttribute'),
		...of('ec2', 'CreateInternetGateway DeleteInternetGateway AttachInternetGateway DetachInternetGateway'),
		...of(
			'ec2',
			'CreateRouteTable DeleteRouteTable CreateRoute DeleteRoute AssociateRouteTable DisassociateRouteTable',
		),
		...of('ec2', 'CreateNatGateway DeleteNatGateway AllocateAddress ReleaseAddress'),
		...of('ec2', 'CreateSecurityGroup DeleteSecurityGroup AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress'),
		...of('ec2', 'RevokeSecurityGroupIngress RevokeSecurityGroupEgress DeleteNetworkInterface CreateTags DeleteTags'),
		...of('ec2', 'CreateLaunchTemplate DeleteLaunchTemplate CreateLaunchTemplateVersion RunInstances'),
		...of('elasticloadbalancing', 'DeleteLoadBalancer DeleteTargetGroup'),
	],
	Resource: '*',
};

/**
 * What gatecrash and the eksctl that it calls need in an AWS account, from what both call and what eksctl's own page
 * names (userdocs/src/usage/minimum-iam-policies.md), narrowed to names that only gatecrash gives. `regions`: nothing can be
 * made or deleted elsewhere; empty: everywhere.
 */
export function iamPolicy(regions: readonly string[]): IamPolicy {
	const within = regions.length === 0 ? {} : { Condition: { StringEquals: { 'aws:RequestedRegion': [...regions] } } };
	return { Version: '2012-10-17', Statement: [reading, ...named, { ...network, ...within }] };
}
