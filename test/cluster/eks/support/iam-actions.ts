import type { AwsCall } from './aws-front.ts';

/** EKS's actions by method and path, as its API reference has them. */
const eksActions: readonly [RegExp, string][] = [
	[/^GET \/addons\/supported-versions$/, 'DescribeAddonVersions'],
	[/^GET \/clusters$/, 'ListClusters'],
	[/^POST \/clusters$/, 'CreateCluster'],
	[/^GET \/clusters\/[^/]+$/, 'DescribeCluster'],
	[/^DELETE \/clusters\/[^/]+$/, 'DeleteCluster'],
	[/^GET \/clusters\/[^/]+\/node-groups$/, 'ListNodegroups'],
	[/^POST \/clusters\/[^/]+\/node-groups$/, 'CreateNodegroup'],
	[/^GET \/clusters\/[^/]+\/node-groups\/[^/]+$/, 'DescribeNodegroup'],
	[/^DELETE \/clusters\/[^/]+\/node-groups\/[^/]+$/, 'DeleteNodegroup'],
];

/** What IAM calls it, as `ec2:DeleteSecurityGroup`. */
export function iamActionOf({ service, action }: AwsCall): string {
	if (service !== 'eks') return `${service}:${action}`;
	const name = eksActions.find(([pattern]) => pattern.test(action))?.[1];
	if (name === undefined) throw new Error(`${action} is no action of EKS that is known here`);
	return `eks:${name}`;
}
