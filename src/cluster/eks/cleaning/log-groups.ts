import {
	DeleteLogGroupCommand,
	DescribeLogGroupsCommand,
	paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs';
import type { AwsClients } from '../aws/clients.ts';
import type { CloudThing } from './cloud-thing.ts';
import { removeUntilGone } from './remove-until-gone.ts';

/** Of control planes and of the VPC CNI plugin's policy logs, and of Container Insights; nobody tags them. */
const folders = ['/aws/eks/', '/aws/containerinsights/'];

/** Of clusters that gatecrash named. */
export async function listLogGroups({ logs: client }: AwsClients): Promise<CloudThing[]> {
	const things: CloudThing[] = [];
	for (const folder of folders) {
		for await (const page of paginateDescribeLogGroups({ client }, { logGroupNamePrefix: `${folder}gatecrash-` })) {
			for (const { logGroupName: id = '' } of page.logGroups ?? []) {
				const cluster = id.slice(folder.length).split('/')[0] ?? '';
				things.push({ kind: 'log group', id, cluster, tags: {}, remove: () => removeGroup(client, id) });
			}
		}
	}
	return things;
}

function removeGroup(client: AwsClients['logs'], id: string): Promise<void> {
	return removeUntilGone({
		...{ what: `log group ${id}`, bound: 60_000 },
		remove: () => client.send(new DeleteLogGroupCommand({ logGroupName: id })),
		look: async () => {
			const { logGroups = [] } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: id }));
			return logGroups.some(({ logGroupName }) => logGroupName === id) ? 'there' : 'gone';
		},
	});
}
