import type { KubernetesObject } from '../../model/policy.ts';
import { findReferences } from '../../model/reference.ts';
import type { SecurityGroupSpec } from '../../model/security-group.ts';
import { type LabelSelector, matchesLabels } from '../label-selector.ts';
import type { Labels } from '../world.ts';

interface SpecText {
	podSelector?: LabelSelector;
	serviceAccountSelector?: LabelSelector;
	securityGroups?: { groupIds?: string[] };
}

export function isSecurityGroupPolicy({ apiVersion, kind }: KubernetesObject): boolean {
	return apiVersion.split('/')[0] === 'vpcresources.k8s.aws' && kind === 'SecurityGroupPolicy';
}

/**
 * The groups that a pod gets when it is made: those of all policies of its namespace that select it, each once. With
 * both selectors both have to match, with neither a policy is ignored (amazon-vpc-resource-controller-k8s,
 * pkg/utils/helper.go, filterPodSecurityGroups). By name where the group is declared, else by id.
 */
export function securityGroupsFor(
	pod: { namespace: string; labels: Labels; accountLabels: Labels },
	policies: Iterable<KubernetesObject>,
	declared: Readonly<Record<string, SecurityGroupSpec>>,
): string[] {
	const found = new Set<string>();
	for (const object of policies) {
		if (!isSecurityGroupPolicy(object) || object.metadata.namespace !== pod.namespace) continue;
		const { podSelector, serviceAccountSelector, securityGroups } = (object.spec ?? {}) as SpecText;
		if (!podSelector && !serviceAccountSelector) continue;
		if (podSelector && !matchesLabels(podSelector, pod.labels)) continue;
		if (serviceAccountSelector && !matchesLabels(serviceAccountSelector, pod.accountLabels)) continue;
		for (const id of securityGroups?.groupIds ?? []) found.add(nameOf(id, declared));
	}
	return [...found];
}

function nameOf(id: string, declared: Readonly<Record<string, SecurityGroupSpec>>): string {
	const reference = findReferences(id)[0]?.reference;
	if (reference?.kind === 'securityGroups') return reference.name;
	return Object.entries(declared).find(([, group]) => group.id === id)?.[0] ?? id;
}
