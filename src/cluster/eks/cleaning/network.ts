import {
	DeleteNetworkInterfaceCommand,
	DeleteSecurityGroupCommand,
	DescribeNetworkInterfacesCommand,
	DescribeSecurityGroupsCommand,
	paginateDescribeNetworkInterfaces,
	paginateDescribeSecurityGroups,
	RevokeSecurityGroupEgressCommand,
	RevokeSecurityGroupIngressCommand,
	type SecurityGroup,
} from '@aws-sdk/client-ec2';
import type { AwsClients } from '../aws/clients.ts';
import { claimants, tagRecord } from '../ownership.ts';
import { type CloudThing, stackOf } from './cloud-thing.ts';
import { removeUntilGone } from './remove-until-gone.ts';

/** A load balancer's own interfaces hold its security group for minutes after it has gone. */
const bound = 600_000;

/**
 * Those that nothing uses any more: an interface in use goes with its instance, its cluster or its load balancer. The VPC
 * CNI plugin leaves some behind when a node goes while it attaches one.
 */
export async function listNetworkInterfaces({ ec2 }: AwsClients): Promise<CloudThing[]> {
	const things: CloudThing[] = [];
	for await (const page of paginateDescribeNetworkInterfaces({ client: ec2 }, {})) {
		for (const { NetworkInterfaceId: id = '', TagSet, Status } of page.NetworkInterfaces ?? []) {
			if (Status !== 'available') continue;
			const tags = tagRecord(TagSet);
			const remove = () =>
				removeUntilGone({
					...{ what: `network interface ${id}`, bound },
					remove: () => ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id })),
					look: async () => {
						await ec2.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id] }));
						return 'there';
					},
				});
			things.push({ kind: 'network interface', id, tags, stack: stackOf(tags), remove });
		}
	}
	return things;
}

/** Of load balancers, of EKS, and of pods. */
export async function listSecurityGroups({ ec2 }: AwsClients): Promise<CloudThing[]> {
	const groups: SecurityGroup[] = [];
	for await (const page of paginateDescribeSecurityGroups({ client: ec2 }, {}))
		groups.push(...(page.SecurityGroups ?? []));
	return groups.map((group) => {
		const { GroupId: id = '', Tags } = group;
		const tags = tagRecord(Tags);
		const remove = () =>
			removeUntilGone({
				...{ what: `security group ${id}`, bound },
				remove: async () => {
					for (const other of groups) await forget(ec2, other, id, claimants(tags));
					await ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }));
				},
				look: async () => {
					await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }));
					return 'there';
				},
			});
		return { kind: 'security group', id, tags, stack: stackOf(tags), remove };
	});
}

/** A group can't go while rules of another one, or its own, name it; only rules of groups of the same cluster are taken back. */
async function forget(
	ec2: AwsClients['ec2'],
	{ GroupId, Tags, IpPermissions = [], IpPermissionsEgress = [] }: SecurityGroup,
	id: string,
	owners: readonly string[],
): Promise<void> {
	const others = claimants(tagRecord(Tags));
	if (GroupId !== id && !(others.length === 1 && owners.includes(others[0] ?? ''))) return;
	const naming = (permissions: typeof IpPermissions) =>
		permissions.flatMap(({ UserIdGroupPairs = [], IpProtocol, FromPort, ToPort }) => {
			const pairs = UserIdGroupPairs.filter((pair) => pair.GroupId === id);
			return pairs.length === 0 ? [] : [{ IpProtocol, FromPort, ToPort, UserIdGroupPairs: pairs }];
		});
	const [ingress, egress] = [naming(IpPermissions), naming(IpPermissionsEgress)];
	if (ingress.length > 0)
		await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: ingress })).catch(ifRevoked);
	if (egress.length > 0)
		await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: egress })).catch(ifRevoked);
}

function ifRevoked(error: unknown): void {
	if (!(error instanceof Error) || !/^InvalidPermission\.NotFound$|^InvalidGroup\.NotFound$/.test(error.name))
		throw error;
}
