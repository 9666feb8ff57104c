import { findReferences, substituteReferences } from '../model/reference.ts';
import { policyKindOf } from '../model/policy.ts';
import type { PolicySpec, Scenario } from '../model/scenario.ts';

/** Policies with the ids of declared security groups in the place of their references; those without an id stay symbolic. */
export function withGroupIds<P extends PolicySpec>(
	policies: readonly P[],
	{ securityGroups }: Pick<Scenario, 'securityGroups'>,
): P[] {
	return policies.map((policy) => {
		if (policyKindOf(policy.object)?.needs !== 'security-groups-for-pods') return policy;
		const { value } = substituteReferences(policy.object, (reference) =>
			reference.kind === 'securityGroups' ? securityGroups[reference.name]?.id : undefined,
		);
		return { ...policy, object: value };
	});
}

/** Why policies about security groups can't be carried out, wherever it is; undefined: they can. */
export function whyGroupsSkipped({
	policies,
	securityGroups,
}: Pick<Scenario, 'policies' | 'securityGroups'>): string | undefined {
	const named = new Set(
		policies.flatMap(({ object }) =>
			findReferences(JSON.stringify(object)).flatMap(({ reference }) =>
				reference?.kind === 'securityGroups' ? [reference.name] : [],
			),
		),
	);
	const absent = [...named].filter((name) => securityGroups[name]?.exists === false);
	if (absent.length > 0) {
		return `there is no security group ${absent.join(', ')}, so that its pods never start, and pods that never start are not attempted from by this version`;
	}
	const nameless = [...named].filter((name) => securityGroups[name]?.id === undefined);
	if (nameless.length === 0) return undefined;
	const keys = nameless.map((name) => `spec.securityGroups.${name}.id`).join(', ');
	return `the security groups have no id: make groups with the declared rules in the cluster’s VPC, and write their ids as ${keys}`;
}
