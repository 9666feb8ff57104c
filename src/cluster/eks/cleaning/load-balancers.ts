import {
	DeleteLoadBalancerCommand as DeleteClassic,
	DescribeLoadBalancersCommand as DescribeClassic,
	DescribeTagsCommand as DescribeClassicTags,
	paginateDescribeLoadBalancers as pagesOfClassic,
} from '@aws-sdk/client-elastic-load-balancing';
import {
	DeleteLoadBalancerCommand,
	DeleteTargetGroupCommand,
	DescribeLoadBalancersCommand,
	DescribeTagsCommand,
	DescribeTargetGroupsCommand,
	paginateDescribeLoadBalancers,
	paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsClients } from '../aws/clients.ts';
import { type Tags, tagRecord } from '../ownership.ts';
import { type CloudThing, stackOf } from './cloud-thing.ts';
import { removeUntilGone } from './remove-until-gone.ts';

const bound = 600_000;
/** AWS describes the tags of so many at once. */
const tagsAtOnce = 20;

/** Of Services, and of the AWS Load Balancer Controller: network, application and classic ones. */
export async function listLoadBalancers({ loadBalancers: client }: AwsClients): Promise<CloudThing[]> {
	const names: string[] = [];
	for await (const page of paginateDescribeLoadBalancers({ client }, {}))
		names.push(...(page.LoadBalancers ?? []).flatMap(({ LoadBalancerArn }) => LoadBalancerArn ?? []));
	const tagged = await tagsOfAll(client, names);
	return tagged.map(({ id, tags }) => ({
		...{ kind: 'load balancer', id, tags, stack: stackOf(tags) },
		remove: () =>
			removeUntilGone({
				...{ what: `load balancer ${id}`, bound },
				remove: () => client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: id })),
				look: async () => {
					await client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [id] }));
					return 'going';
				},
			}),
	}));
}

export async function listTargetGroups({ loadBalancers: client }: AwsClients): Promise<CloudThing[]> {
	const names: string[] = [];
	for await (const page of paginateDescribeTargetGroups({ client }, {}))
		names.push(...(page.TargetGroups ?? []).flatMap(({ TargetGroupArn }) => TargetGroupArn ?? []));
	const tagged = await tagsOfAll(client, names);
	return tagged.map(({ id, tags }) => ({
		...{ kind: 'target group', id, tags, stack: stackOf(tags) },
		remove: () =>
			removeUntilGone({
				...{ what: `target group ${id}`, bound },
				remove: () => client.send(new DeleteTargetGroupCommand({ TargetGroupArn: id })),
				look: async () => {
					await client.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [id] }));
					return 'there';
				},
			}),
	}));
}

export async function listClassicLoadBalancers({ classicLoadBalancers: client }: AwsClients): Promise<CloudThing[]> {
	const names: string[] = [];
	for await (const page of pagesOfClassic({ client }, {}))
		names.push(...(page.LoadBalancerDescriptions ?? []).flatMap(({ LoadBalancerName }) => LoadBalancerName ?? []));
	const answers = await Promise.all(
		inPieces(names).map((piece) => client.send(new DescribeClassicTags({ LoadBalancerNames: piece }))),
	);
	const described = answers.flatMap(({ TagDescriptions }) => TagDescriptions ?? []);
	return described.map(({ LoadBalancerName: id = '', Tags }) => ({
		...{ kind: 'load balancer', id, tags: tagRecord(Tags), stack: stackOf(tagRecord(Tags)) },
		remove: () =>
			removeUntilGone({
				...{ what: `load balancer ${id}`, bound },
				remove: () => client.send(new DeleteClassic({ LoadBalancerName: id })),
				look: async () => {
					await client.send(new DescribeClassic({ LoadBalancerNames: [id] }));
					return 'going';
				},
			}),
	}));
}

async function tagsOfAll(
	client: AwsClients['loadBalancers'],
	names: readonly string[],
): Promise<{ id: string; tags: Tags }[]> {
	const answers = await Promise.all(
		inPieces(names).map((piece) => client.send(new DescribeTagsCommand({ ResourceArns: piece }))),
	);
	const described = answers.flatMap(({ TagDescriptions }) => TagDescriptions ?? []);
	return described.map(({ ResourceArn = '', Tags }) => ({ id: ResourceArn, tags: tagRecord(Tags) }));
}

function inPieces(names: readonly string[]): string[][] {
	const count = Math.ceil(names.length / tagsAtOnce);
	return Array.from({ length: count }, (_, index) => names.slice(index * tagsAtOnce, (index + 1) * tagsAtOnce));
}
