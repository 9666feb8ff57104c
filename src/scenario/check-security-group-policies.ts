import type { CheckContext } from './check-context.ts';
import { checkSelector } from './check-network-policy.ts';
import { labelStates, selects } from './label-states.ts';
import type { ReadPolicy } from './read-policies.ts';
import type { SecurityGroupPolicyObject } from './security-group-policy-schema.ts';
import { listOf } from './short-forms.ts';

/**
 * "Security group policies only apply to newly scheduled Pods. They do not affect running Pods": one that selects no
 * pod which is made after it proves nothing.
 * https://docs.aws.amazon.com/eks/latest/userguide/sg-pods-example-deployment.html
 */
export function checkSecurityGroupPolicies(context: CheckContext): void {
	for (const policy of context.policies) {
		const { object } = policy.spec;
		if (object.kind !== 'SecurityGroupPolicy') continue;
		checkOne(context, policy, object as unknown as SecurityGroupPolicyObject);
	}
}

function checkOne(context: CheckContext, { spec, problems }: ReadPolicy, object: SecurityGroupPolicyObject): void {
	const { podSelector, serviceAccountSelector } = object.spec;
	if (podSelector) checkSelector(podSelector, ['spec', 'podSelector'], problems);
	if (serviceAccountSelector) checkSelector(serviceAccountSelector, ['spec', 'serviceAccountSelector'], problems);
	if (!podSelector && !serviceAccountSelector) {
		problems.add(['spec'], {
			code: 'bad-policy',
			message: 'it has neither podSelector nor serviceAccountSelector, so that it is ignored',
			hint: 'add one; podSelector: {} selects every pod of the namespace',
			at: 'key',
		});
		return;
	}
	if (context.draft.partial || !Object.hasOwn(context.spec.namespaces, object.metadata.namespace ?? '')) return;
	const selected = selectedPods(context, object);
	if (selected.length === 0) {
		problems.add(['spec', podSelector ? 'podSelector' : 'serviceAccountSelector'], {
			code: 'selects-nothing',
			message: `it selects no pod in the namespace ${object.metadata.namespace}`,
			hint: 'is a label misspelt? Labels of service accounts stand in spec.serviceAccounts',
		});
	} else if (!selected.some((pod) => isMadeAfter(context, pod, spec.name))) {
		problems.add(['spec', podSelector ? 'podSelector' : 'serviceAccountSelector'], {
			code: 'selects-nothing',
			message: `${selected.join(', ')} ${selected.length > 1 ? 'are' : 'is'} not made after it: it applies to newly scheduled pods only`,
			hint: `write phases: apply ${spec.name}, then create the pods`,
		});
	}
}

/** Both selectors have to match where both stand (amazon-vpc-resource-controller-k8s, pkg/utils/helper.go). */
function selectedPods({ spec }: CheckContext, { metadata, spec: text }: SecurityGroupPolicyObject): string[] {
	const states = labelStates(spec);
	const { podSelector, serviceAccountSelector } = text;
	return Object.entries(spec.pods).flatMap(([name, { namespace, serviceAccount }]) => {
		if (namespace !== metadata.namespace) return [];
		if (podSelector && !(states.pods.get(name) ?? []).some((labels) => selects(podSelector, labels))) return [];
		const account = spec.serviceAccounts?.[serviceAccount ?? 'default']?.labels ?? {};
		return serviceAccountSelector && !selects(serviceAccountSelector, account) ? [] : [name];
	});
}

function isMadeAfter({ spec }: CheckContext, pod: string, policy: string): boolean {
	let applied = false;
	for (const { apply, delete: deleted, create } of spec.phases ?? []) {
		if (listOf(apply).includes(policy)) applied = true;
		if (listOf(deleted).includes(policy)) applied = false;
		if (applied && listOf(create).includes(pod)) return true;
	}
	return false;
}
