import type { PodSecurityGroupMode } from '../../model/security-group.ts';
import type { Destination } from '../destination.ts';
import { onSameNode } from '../same-node.ts';
import { allOf, type Truth } from '../truth.ts';
import type { Connection, World } from '../world.ts';
import { type End, endOfClient, endOfServer } from './end.ts';
import { describeLack, lets } from './security-group-rules.ts';

interface Ends {
	client: End;
	server: End;
}

/** What the security groups at both ends let through. */
export interface SecurityGroupSide {
	verdict: Truth;
	because: string[];
}

/**
 * Security groups for pods, as the EKS user guide and the README of the Amazon VPC CNI plugin describe them
 * (POD_SECURITY_GROUP_ENFORCING_MODE). Undefined where no end is a pod with a group of its own: groups of nodes are the
 * cluster's own affair.
 */
export function evaluateSecurityGroups(
	world: World,
	connection: Connection,
	to: Destination,
): SecurityGroupSide | undefined {
	const client = endOfClient(world, connection);
	const server = endOfServer(world, connection, to);
	if (!client.own && !server.own) return undefined;
	const missing = [client, server].flatMap((end) => whyNeverStarts(end, world));
	if (missing.length > 0) return { verdict: 'unknown', because: missing };
	if (to.through && to.through.kind !== 'service')
		return say('unknown', 'what security groups make of node ports and load balancers is not evaluated');
	if (connection.to.kind === 'metadata')
		return say('yes', 'security groups do not filter metadata services and resolvers of the VPC');
	if (connection.to.kind === 'apiserver')
		return say('unknown', 'the security group of the control plane is not known here');
	const ask = (mode: PodSecurityGroupMode) => inMode(mode, world, connection, to, { client, server });
	const mode = world.securityGroups?.mode;
	if (mode !== undefined) return ask(mode);
	const [standard, strict] = [ask('standard'), ask('strict')];
	if (standard.verdict === strict.verdict) return strict;
	const text = `standard mode: ${standard.because.join(', ')}; strict mode: ${strict.because.join(', ')}`;
	return say('unknown', `it depends on POD_SECURITY_GROUP_ENFORCING_MODE; ${text}`);
}

/**
 * A pod with security groups of its own under strict mode: "traffic flow to and from Pods with associated security
 * groups are not subjected to Calico network policy enforcement". The plugin's own agent does see it.
 */
export function escapesNetworkPolicy(world: World, connection: Connection, to: Destination): string | undefined {
	const { mode, networkPolicyByPlugin } = world.securityGroups ?? {};
	if (mode === 'standard' || networkPolicyByPlugin) return undefined;
	const ends = [endOfClient(world, connection), endOfServer(world, connection, to)];
	const own = ends.find((end) => end.own);
	return (
		own &&
		`${own.text} has security groups of its own, and in strict mode an engine beside the VPC CNI does not see its traffic`
	);
}

function inMode(
	mode: PodSecurityGroupMode,
	world: World,
	connection: Connection,
	to: Destination,
	{ client, server }: Ends,
): SecurityGroupSide {
	const sides = [
		...(client.groups ? [sideOf('egress', client, server, world, connection, to.port)] : []),
		...(server.groups ? [sideOf('ingress', server, client, world, connection, to.port)] : []),
	];
	const verdict = allOf(sides.map((side) => side.verdict));
	const deciding = sides.filter((side) => side.verdict === verdict);
	const applied = { verdict, because: deciding.flatMap((side) => side.because) };
	return mode === 'strict' ? applied : inStandardMode(applied, world, connection, { client, server });
}

/** README: only what comes from another host, or goes to another host of the VPC, is held against the groups. */
function inStandardMode(
	applied: SecurityGroupSide,
	world: World,
	{ from, to }: Connection,
	{ client, server }: Ends,
): SecurityGroupSide {
	if (client.own && to.kind === 'external') {
		const text = 'in standard mode what leaves the VPC is translated to the node and takes the groups of the node';
		return say('unknown', text);
	}
	if (to.kind === 'external' || from.kind === 'external') return applied;
	const within = withinNode(client, server);
	switch (onSameNode(client.where, server.where, world)) {
		case 'yes':
			return within;
		case 'no':
			return applied;
		default: {
			if (within.verdict === applied.verdict) return applied;
			return say('unknown', `in standard mode it depends on whether ${client.text} and ${server.text} are on one node`);
		}
	}
}

function withinNode(client: End, server: End): SecurityGroupSide {
	if (client.own && server.own && !isSame(client.groups, server.groups)) {
		const text =
			'on one node, in standard mode, groups are not applied, and pods with different groups have no route to each other';
		return say('open', text);
	}
	return say('yes', 'in standard mode groups are not applied within a node');
}

function sideOf(
	direction: 'ingress' | 'egress',
	end: End,
	other: End,
	world: World,
	connection: Connection,
	port: number,
): SecurityGroupSide {
	const asked = { direction, end, other, port, protocol: connection.protocol, family: connection.family };
	const verdict = lets(world, asked);
	if (verdict.truth === 'yes') return say('yes', `${verdict.rule} lets it through`);
	return say(verdict.truth, describeLack(world, asked, verdict));
}

/** "They must exist. If they don't exist, then [...] your Pod remains stuck in the creation process." */
function whyNeverStarts({ own, groups, text }: End, world: World): string[] {
	if (!own) return [];
	return (groups ?? [])
		.filter((name) => world.securityGroups?.groups[name]?.exists === false)
		.map((name) => `${text} never starts: there is no security group ${name}`);
}

function isSame(one: readonly string[] = [], other: readonly string[] = []): boolean {
	return one.length === other.length && one.every((name) => other.includes(name));
}

function say(verdict: Truth, because: string): SecurityGroupSide {
	return { verdict, because: [because] };
}
