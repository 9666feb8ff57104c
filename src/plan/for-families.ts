import { type IpFamily, ipFamilies } from '../model/address.ts';
import { isRecord } from '../model/is-record.ts';
import { type KubernetesObject, policyKindOf } from '../model/policy.ts';
import { familyOf, findReferences } from '../model/reference.ts';
import type { PolicySpec, Scenario } from '../model/scenario.ts';

/** A policy as a cluster with these address families can have it. */
export interface FittedPolicy extends PolicySpec {
	/** What was left out, in words. */
	leftOut: string[];
}

/**
 * Leaves out of NetworkPolicies the ipBlock peers whose references stand for addresses of a family that the cluster
 * does not have: nothing there has such an address, so the peer means nobody. The last peer of a list stays, because a
 * list without peers means everybody; then the scenario needs the family.
 */
export function policiesForFamilies(scenario: Scenario, families: readonly IpFamily[]): FittedPolicy[] {
	return scenario.policies.map((policy) => {
		const { object, leftOut } = fit(policy.object, families);
		return { ...policy, object, leftOut };
	});
}

function fit(object: KubernetesObject, families: readonly IpFamily[]): { object: KubernetesObject; leftOut: string[] } {
	const { spec } = object;
	if (families.length === ipFamilies.length) return { object, leftOut: [] };
	if (policyKindOf(object)?.group !== 'networking.k8s.io' || !isRecord(spec)) return { object, leftOut: [] };
	const leftOut: string[] = [];
	const fitted = { ...spec };
	for (const [direction, side] of [
		['ingress', 'from'],
		['egress', 'to'],
	] as const) {
		const rules = spec[direction];
		if (!Array.isArray(rules)) continue;
		fitted[direction] = rules.map((rule: unknown, index) => {
			const peers = isRecord(rule) ? rule[side] : undefined;
			if (!isRecord(rule) || !Array.isArray(peers)) return rule;
			const kept = peers.filter((peer) => !needsAnother(peer, families));
			if (kept.length === 0 || kept.length === peers.length) return rule;
			for (const [place, peer] of peers.entries()) {
				if (!kept.includes(peer)) leftOut.push(`${direction}[${index}].${side}[${place}] ${JSON.stringify(peer)}`);
			}
			return { ...rule, [side]: kept };
		});
	}
	return { object: leftOut.length === 0 ? object : { ...object, spec: fitted }, leftOut };
}

function needsAnother(peer: unknown, families: readonly IpFamily[]): boolean {
	if (!isRecord(peer) || !('ipBlock' in peer)) return false;
	return findReferences(JSON.stringify(peer)).some(({ reference }) => {
		const family = reference && familyOf(reference);
		return family !== undefined && !families.includes(family);
	});
}
