import { checkTopLevelAttempts } from './check-attempts.ts';
import { checkChaos } from './check-chaos.ts';
import { type CheckContext, itemPath, knownNodes } from './check-context.ts';
import { checkIstioSelectors } from './check-istio.ts';
import { checkPhases } from './check-phases.ts';
import { checkPolicies } from './check-policies.ts';
import { checkProxies } from './check-proxies.ts';
import { checkReferences } from './check-references.ts';
import { checkSecurityGroupPolicies } from './check-security-group-policies.ts';
import { checkSecurityGroups } from './check-security-groups.ts';
import { checkSelectors } from './check-selectors.ts';
import { checkServices } from './check-services.ts';
import { checkPods } from './check-pods.ts';
import type { DocumentPath } from './document-path.ts';
import type { Problems } from './problems.ts';
import type { ReadPolicy } from './read-policies.ts';
import type { AttemptInput } from './schema.ts';
import type { Draft } from './salvage.ts';

/** Everything that the schema can't say: names that must exist, things that can't be meant. */
export function checkScenario(draft: Draft, policies: readonly ReadPolicy[], problems: Problems): void {
	const { spec } = draft.input;
	const context: CheckContext = { draft, spec, policies, problems, nodes: knownNodes(spec) };
	checkNamespaces(context);
	checkPods(context);
	checkProxies(context);
	checkServices(context);
	checkPolicies(context);
	checkReferences(context);
	checkSelectors(context);
	checkIstioSelectors(context);
	checkServiceAccounts(context);
	checkSecurityGroups(context);
	checkSecurityGroupPolicies(context);
	checkTopLevelAttempts(context);
	checkPhases(context);
	checkChaos(context);
	checkDuplicateAttemptNames(context);
}

function checkNamespaces({ spec, problems }: CheckContext): void {
	for (const [name, { labels = {} }] of Object.entries(spec.namespaces)) {
		const key = 'kubernetes.io/metadata.name';
		if (!Object.hasOwn(labels, key) || labels[key] === name) continue;
		const message = `${key} of the namespace ${name} is always ${name}`;
		problems.add(['spec', 'namespaces', name, 'labels', key], {
			code: 'conflict',
			message,
			hint: 'remove it: the cluster sets it',
		});
	}
	const families = spec.ipFamilies ?? [];
	if (new Set(families).size < families.length) {
		problems.add(['spec', 'ipFamilies'], {
			code: 'conflict',
			message: 'an address family stands twice',
			hint: 'write [ipv4, ipv6]',
		});
	}
}

/** Labels of an account that no pod has select nothing. */
function checkServiceAccounts({ draft, spec, problems }: CheckContext): void {
	if (draft.partial) return;
	const named = new Set(Object.values(spec.pods).map(({ serviceAccount }) => serviceAccount ?? 'default'));
	for (const name of Object.keys(spec.serviceAccounts ?? {})) {
		if (named.has(name)) continue;
		problems.add(['spec', 'serviceAccounts', name], {
			code: 'selects-nothing',
			message: `no pod runs as the service account ${name}`,
			hint: `write serviceAccount: ${name} at a pod`,
			at: 'key',
		});
	}
}

/** Case ids are made from the name: within one list it may stand only once. */
function checkDuplicateAttemptNames({ draft, spec, problems }: CheckContext): void {
	const check = (attempts: readonly AttemptInput[], pathOf: (index: number) => DocumentPath): void => {
		const seen = new Set<string>();
		for (const [index, { name }] of attempts.entries()) {
			if (name === undefined) continue;
			if (seen.has(name)) {
				const message = `another attempt is named ${name} already`;
				problems.add([...pathOf(index), 'name'], {
					code: 'duplicate-name',
					message,
					hint: 'case ids are made from it: choose another',
				});
			}
			seen.add(name);
		}
	};
	check(spec.attempts ?? [], (index) => itemPath(draft, 'attempts', index));
	for (const [index, { attempt }] of (spec.phases ?? []).entries()) {
		if (Array.isArray(attempt)) check(attempt, (item) => [...itemPath(draft, 'phases', index), 'attempt', item]);
	}
}
