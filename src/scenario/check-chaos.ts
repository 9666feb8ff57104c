import { type CheckContext, checkName, checkNode, itemPath } from './check-context.ts';
import { checkSources } from './check-sources.ts';
import { checkTarget } from './check-target.ts';
import { listOf, parseTarget } from './short-forms.ts';

export function checkChaos(context: CheckContext): void {
	for (const [index, { target, attempts }] of (context.spec.chaos ?? []).entries()) {
		const path = itemPath(context.draft, 'chaos', index);
		if (target?.node !== undefined) checkNode(context, target.node, [...path, 'target', 'node']);
		if (target?.pod !== undefined) checkName(context, 'pods', target.pod, [...path, 'target', 'pod']);
		if (target?.namespace !== undefined)
			checkName(context, 'namespaces', target.namespace, [...path, 'target', 'namespace']);
		if (target?.policy !== undefined) checkName(context, 'policies', target.policy, [...path, 'target', 'policy']);
		checkSources(context, attempts.from, [...path, 'attempts', 'from'], undefined);
		for (const [item, text] of listOf(attempts.to).entries()) {
			const at = [...path, 'attempts', 'to'];
			checkTarget(context, parseTarget(text), Array.isArray(attempts.to) ? [...at, item] : at);
		}
	}
}
