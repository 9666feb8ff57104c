import { DeleteStackCommand, DescribeStacksCommand, paginateDescribeStacks } from '@aws-sdk/client-cloudformation';
import type { AwsClients } from '../aws/clients.ts';
import { tagRecord } from '../ownership.ts';
import type { CloudThing } from './cloud-thing.ts';
import { type Removal, removeUntilGone } from './remove-until-gone.ts';

/** The stack of a cluster deletes its control plane and its VPC. */
const bound = 2_400_000;

/** All of the region, with their tags; what is inside of another stack goes with that. */
export async function listStacks({ stacks: client }: AwsClients): Promise<CloudThing[]> {
	const things: CloudThing[] = [];
	for await (const page of paginateDescribeStacks({ client }, {})) {
		for (const { StackName: name = '', StackId: id, Tags, StackStatus, ParentId } of page.Stacks ?? []) {
			if (StackStatus === 'DELETE_COMPLETE' || ParentId !== undefined) continue;
			const tags = { ...tagRecord(Tags), 'aws:cloudformation:stack-name': name };
			const kind = name.endsWith('-cluster') ? 'stack of the cluster' : 'stack';
			things.push({ kind, id: name, tags, remove: () => removeUntilGone(removal(client, name, id ?? name)) });
		}
	}
	return things;
}

function removal(client: AwsClients['stacks'], name: string, id: string): Removal {
	return {
		...{ what: `stack ${name}`, bound },
		remove: () => client.send(new DeleteStackCommand({ StackName: name })),
		look: async () => {
			// By its id: by its name nothing is found once it is gone, and perhaps another one.
			const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: id }));
			const { StackStatus, StackStatusReason } = Stacks?.[0] ?? {};
			if (StackStatus === undefined || StackStatus === 'DELETE_COMPLETE') return 'gone';
			if (StackStatus === 'DELETE_FAILED') return { failed: StackStatusReason ?? StackStatus };
			return StackStatus === 'DELETE_IN_PROGRESS' ? 'going' : 'there';
		},
	};
}
