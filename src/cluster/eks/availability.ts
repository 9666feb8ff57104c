import { paginateDescribeInstanceTypeOfferings } from '@aws-sdk/client-ec2';
import { paginateDescribeAddonVersions } from '@aws-sdk/client-eks';
import type { AwsClients } from './aws/clients.ts';
import { ask } from './aws/aws-error.ts';
import { type EksConfig, instanceTypesOf } from './eks-config.ts';

/** Versions of add-ons that EKS does not have for this version of Kubernetes, one sentence each. */
export async function missingAddons({ eks }: AwsClients, config: EksConfig): Promise<string[]> {
	const { version: kubernetes } = config.metadata;
	const problems = config.addons.map(async ({ name, version }) => {
		const versions = await ask('list the versions of EKS add-ons', () => addonVersions(eks, name, kubernetes));
		if (versions.includes(version)) return [];
		if (versions.length === 0) return [`EKS has no add-on ${name} for Kubernetes ${kubernetes}`];
		const shown = versions.slice(0, 5).join(', ');
		return [`EKS has no ${name} ${version} for Kubernetes ${kubernetes}, but ${shown}`];
	});
	return (await Promise.all(problems)).flat();
}

/** Newest first, as EKS gives them. */
async function addonVersions(client: AwsClients['eks'], addonName: string, kubernetes: string): Promise<string[]> {
	const versions: string[] = [];
	const request = { addonName, kubernetesVersion: kubernetes };
	for await (const page of paginateDescribeAddonVersions({ client }, request)) {
		const all = (page.addons ?? []).flatMap(({ addonVersions: found = [] }) => found);
		versions.push(...all.flatMap(({ addonVersion }) => addonVersion ?? []));
	}
	return versions;
}

/** Instance types that the region does not offer, one sentence each. */
export async function missingInstanceTypes({ ec2, region }: AwsClients, config: EksConfig): Promise<string[]> {
	const wanted = [...new Set(config.managedNodeGroups.flatMap(instanceTypesOf))];
	const offered = await ask('list the instance types of the region', async () => {
		const types: string[] = [];
		const request = { LocationType: 'region' as const, Filters: [{ Name: 'instance-type', Values: wanted }] };
		for await (const page of paginateDescribeInstanceTypeOfferings({ client: ec2 }, request))
			types.push(...(page.InstanceTypeOfferings ?? []).flatMap(({ InstanceType }) => InstanceType ?? []));
		return types;
	});
	return wanted
		.filter((type) => !offered.includes(type))
		.map((type) => `${region} offers no instances of type ${type}`);
}
