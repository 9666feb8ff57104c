import type { SecurityGroupRule, SecurityGroupSpec } from '../model/security-group.ts';
import type { SecurityGroupInput, SecurityGroupRuleInput } from './schema-security-group.ts';

export function buildSecurityGroup({ id, exists, ingress, egress }: SecurityGroupInput): SecurityGroupSpec {
	return { id, exists: exists ?? true, ingress: (ingress ?? []).map(buildRule), egress: egress?.map(buildRule) };
}

function buildRule({ protocol, fromPort, toPort, securityGroups, cidrs }: SecurityGroupRuleInput): SecurityGroupRule {
	return {
		protocol,
		ports: fromPort === undefined ? undefined : { from: fromPort, to: toPort ?? fromPort },
		securityGroups: securityGroups ?? [],
		cidrs: cidrs ?? [],
	};
}
