import { actsOnWholeCluster } from '../model/policy.ts';
import { type CheckContext, checkName } from './check-context.ts';

export function checkPolicies(context: CheckContext): void {
	const identities = new Map<string, string>();
	for (const { spec: policy, problems } of context.policies) {
		const { kind, apiVersion, metadata } = policy.object;
		// The mesh's own namespace is no scenario's to declare.
		const isMeshWide = actsOnWholeCluster(policy.object);
		if (metadata.namespace !== undefined && !isMeshWide) {
			checkName({ ...context, problems }, 'namespaces', metadata.namespace, ['metadata', 'namespace']);
			if (context.spec.namespaces[metadata.namespace]?.existing) {
				const message = `the namespace ${metadata.namespace} is marked existing: its policies are only read`;
				problems.add(['metadata', 'namespace'], {
					code: 'conflict',
					message,
					hint: 'use a namespace of the scenario’s own',
				});
			}
		}
		const identity = `${apiVersion.split('/')[0]}/${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
		const other = identities.get(identity);
		if (other !== undefined && context.spec.phases === undefined) {
			const message = `${policy.name} and ${other} are the same object: the first would be replaced by the second`;
			context.problems.add(['spec', 'policies', policy.name], {
				code: 'conflict',
				message,
				hint: 'give them different metadata.name, or use phases to show an edit',
				at: 'key',
			});
		}
		identities.set(identity, policy.name);
	}
}
