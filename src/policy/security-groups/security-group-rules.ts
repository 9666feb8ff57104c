import type { IpFamily } from '../../model/address.ts';
import { nodesSecurityGroup, type SecurityGroupRule } from '../../model/security-group.ts';
import { blockHolds, readIpBlock } from '../match-block.ts';
import { anyOf, type Truth } from '../truth.ts';
import type { Connection, World } from '../world.ts';
import type { End } from './end.ts';

export interface Asked {
	direction: 'ingress' | 'egress';
	/** Whose groups are asked. */
	end: End;
	other: End;
	port: number;
	protocol: Connection['protocol'];
	family: IpFamily;
}

export interface Lets {
	truth: Truth;
	/** The rule that decides it: `app-one ingress[0]`; of a group whose rules are not known, the group. */
	rule: string;
}

/**
 * "If you specify more than one ID, then the combination of all the rules in all the security groups are effective":
 * one rule of any of them is enough. Groups only allow; they are stateful, so replies are not asked about.
 */
export function lets(world: World, asked: Asked): Lets {
	const found = (asked.end.groups ?? []).flatMap((name) => rulesOf(world, name, asked));
	const truth = anyOf(found.map((one) => one.truth));
	return { truth, rule: found.find((one) => one.truth === truth)?.rule ?? '' };
}

/** Why nothing lets it through for certain. */
export function describeLack(
	world: World,
	{ direction, end, other, port, protocol }: Asked,
	{ truth, rule }: Lets,
): string {
	const way = direction === 'egress' ? `to ${other.text}` : `from ${other.text}`;
	const names = (end.groups ?? []).join(', ');
	if (truth === 'no') return `no ${direction} rule of ${names} (${end.text}) lets ${port}/${protocol} through ${way}`;
	const unread = (end.groups ?? []).some((name) => !world.securityGroups?.groups[name]);
	if (unread) return `the rules of ${rule} (${end.text}) are not declared in securityGroups`;
	return `${rule} may let ${port}/${protocol} through ${way}, depending on an address that is not known yet`;
}

function rulesOf(world: World, name: string, asked: Asked): Lets[] {
	const group = world.securityGroups?.groups[name];
	if (!group) return [{ truth: 'unknown', rule: name }];
	const rules = group[asked.direction];
	if (rules === undefined) return [{ truth: 'yes', rule: `${name} (everything may leave)` }];
	return rules.map((rule, index) => ({
		truth: matches(rule, asked, world),
		rule: `${name} ${asked.direction}[${index}]`,
	}));
}

function matches(rule: SecurityGroupRule, { other, port, protocol, family }: Asked, world: World): Truth {
	if (rule.protocol !== 'all' && rule.protocol !== protocol) return 'no';
	if (rule.ports && (port < rule.ports.from || port > rule.ports.to)) return 'no';
	if (rule.securityGroups.some((name) => other.groups?.includes(name))) return 'yes';
	const byRange = rule.cidrs.map((cidr) => blockHolds(readIpBlock({ cidr }), other.place, world, family));
	return anyOf([mayBeTheSame(rule, other, world) ? 'unknown' : 'no', ...byRange]);
}

/** A group that is known by its id only may be one that is declared without an id. */
function mayBeTheSame(rule: SecurityGroupRule, { groups = [] }: End, { securityGroups }: World): boolean {
	const declared = securityGroups?.groups ?? {};
	const byIdOnly = groups.some((name) => name !== nodesSecurityGroup && !Object.hasOwn(declared, name));
	return byIdOnly && rule.securityGroups.some((name) => declared[name]?.id === undefined);
}
