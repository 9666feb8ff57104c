import {
	DeleteClusterCommand,
	DeleteNodegroupCommand,
	DescribeClusterCommand,
	DescribeNodegroupCommand,
	paginateListClusters,
	paginateListNodegroups,
} from '@aws-sdk/client-eks';
import { GatecrashError } from '../../../model/gatecrash-error.ts';
import { isGone } from '../aws/aws-error.ts';
import type { AwsClients } from '../aws/clients.ts';
import { cloudTags } from '../ownership.ts';
import type { CloudThing } from './cloud-thing.ts';
import { removeUntilGone } from './remove-until-gone.ts';

/** EKS takes ten minutes for either on a bad day. */
const bound = 1_800_000;

/** All of the region, with their tags. */
export async function listEksClusters({ eks }: AwsClients): Promise<CloudThing[]> {
	const names: string[] = [];
	for await (const page of paginateListClusters({ client: eks }, {})) names.push(...(page.clusters ?? []));
	const things = names.map(async (name): Promise<CloudThing[]> => {
		const tags = await tagsOfCluster(eks, name);
		return tags ? [{ kind: 'EKS cluster', id: name, cluster: name, tags, remove: () => removeCluster(eks, name) }] : [];
	});
	return (await Promise.all(things)).flat();
}

async function removeCluster(eks: AwsClients['eks'], name: string): Promise<void> {
	await removeUntilGone({
		...{ what: `EKS cluster ${name}`, bound },
		remove: async () => {
			const tags = await tagsOfCluster(eks, name);
			// Between the search and now another one may have come by its name.
			if (tags && tags[cloudTags.run] === undefined) {
				throw new GatecrashError('GC_CLEANUP', `EKS cluster ${name} does not carry gatecrash's tag`);
			}
			await eks.send(new DeleteClusterCommand({ name }));
		},
		look: async () => {
			const { cluster } = await eks.send(new DescribeClusterCommand({ name }));
			return cluster?.status === 'DELETING' ? 'going' : 'there';
		},
	});
}

async function tagsOfCluster(eks: AwsClients['eks'], name: string): Promise<Record<string, string> | undefined> {
	try {
		return (await eks.send(new DescribeClusterCommand({ name }))).cluster?.tags ?? {};
	} catch (error) {
		if (isGone(error)) return undefined;
		throw error;
	}
}

/** Of one cluster; none where that is not there. */
export async function listNodeGroups({ eks }: AwsClients, cluster: string): Promise<CloudThing[]> {
	const names: string[] = [];
	try {
		for await (const page of paginateListNodegroups({ client: eks }, { clusterName: cluster }))
			names.push(...(page.nodegroups ?? []));
	} catch (error) {
		if (!isGone(error)) throw error;
	}
	return names.map((name) => ({
		...{ kind: 'node group', id: `${cluster}/${name}`, cluster, tags: {} },
		remove: () =>
			removeUntilGone({
				...{ what: `node group ${cluster}/${name}`, bound },
				remove: () => eks.send(new DeleteNodegroupCommand({ clusterName: cluster, nodegroupName: name })),
				look: async () => {
					const found = await eks.send(new DescribeNodegroupCommand({ clusterName: cluster, nodegroupName: name }));
					const { status, health } = found.nodegroup ?? {};
					if (status === 'DELETE_FAILED') return { failed: health?.issues?.[0]?.message ?? status };
					return status === 'DELETING' ? 'going' : 'there';
				},
			}),
	}));
}
