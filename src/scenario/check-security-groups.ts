import { nodesSecurityGroup } from '../model/security-group.ts';
import { checkRange } from './check-cidr.ts';
import { type CheckContext, checkName } from './check-context.ts';
import type { DocumentPath } from './document-path.ts';
import type { SecurityGroupRuleInput } from './schema-security-group.ts';

/** What EC2 refuses, and names that mean nobody. */
export function checkSecurityGroups(context: CheckContext): void {
	for (const [name, { ingress = [], egress = [] }] of Object.entries(context.spec.securityGroups ?? {})) {
		const path = ['spec', 'securityGroups', name];
		for (const [index, rule] of ingress.entries()) checkRule(context, rule, [...path, 'ingress', index]);
		for (const [index, rule] of egress.entries()) checkRule(context, rule, [...path, 'egress', index]);
	}
	checkIds(context);
}

function checkRule(context: CheckContext, rule: SecurityGroupRuleInput, path: DocumentPath): void {
	const { protocol, fromPort, toPort, securityGroups, cidrs } = rule;
	const add = (at: DocumentPath, message: string, hint: string): void => {
		context.problems.add([...path, ...at], { code: 'bad-policy', message, hint });
	};
	if (securityGroups === undefined && cidrs === undefined) {
		add([], 'a rule that names nobody', 'add securityGroups or cidrs; everybody is cidrs: [0.0.0.0/0, "::/0"]');
	}
	if (protocol === 'all' && fromPort !== undefined) add(['fromPort'], 'all protocols have no ports', 'remove fromPort');
	if (toPort !== undefined && fromPort === undefined) add(['toPort'], 'toPort needs fromPort', 'add the first port');
	if (fromPort !== undefined && toPort !== undefined && toPort < fromPort)
		add(['toPort'], `toPort ${toPort} is below fromPort ${fromPort}`, 'both ends of the range are included');
	for (const [index, group] of (securityGroups ?? []).entries()) {
		if (group !== nodesSecurityGroup) checkName(context, 'securityGroups', group, [...path, 'securityGroups', index]);
	}
	for (const [index, cidr] of (cidrs ?? []).entries()) {
		checkRange(cidr, [...path, 'cidrs', index], context.problems);
	}
}

function checkIds({ spec, problems }: CheckContext): void {
	const names = new Map<string, string>();
	for (const [name, { id }] of Object.entries(spec.securityGroups ?? {})) {
		if (id === undefined) continue;
		const other = names.get(id);
		if (other !== undefined) {
			const message = `${name} and ${other} are the same group`;
			problems.add(['spec', 'securityGroups', name, 'id'], {
				code: 'conflict',
				message,
				hint: 'declare each group once',
			});
		}
		names.set(id, name);
	}
}
