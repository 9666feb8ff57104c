import type { DocumentPath } from './document-path.ts';
import type { Problems } from './problems.ts';
import type { ReadPolicy } from './read-policies.ts';
import type { Draft, ListSection, NamedSection } from './salvage.ts';
import type { ScenarioInput } from './schema.ts';
import { chooseFrom } from './suggest.ts';

/** What every check of a scenario works on. */
export interface CheckContext {
	draft: Draft;
	spec: ScenarioInput['spec'];
	policies: readonly ReadPolicy[];
	problems: Problems;
	/** Symbolic names of the nodes that this scenario can speak of. */
	nodes: ReadonlySet<string>;
}

/** The document's path of the item with this index among those that are left. */
export function itemPath(draft: Draft, section: ListSection, index: number): DocumentPath {
	return ['spec', section, draft.indexes[section][index] ?? index];
}

const singular: Record<NamedSection, string> = {
	namespaces: 'namespace',
	pods: 'pod',
	services: 'Service',
	external: 'external endpoint',
	serviceAccounts: 'service account',
	securityGroups: 'security group',
	policies: 'policy',
};

const plurals: Partial<Record<NamedSection, string>> = {
	external: 'external endpoints',
	serviceAccounts: 'service accounts',
	securityGroups: 'security groups',
};

/** True when the name is declared (be it faultily); otherwise reports it. */
export function checkName(
	{ draft, problems }: CheckContext,
	section: NamedSection,
	name: string,
	path: DocumentPath,
): boolean {
	if (draft.declared[section].has(name)) return true;
	const hint = chooseFrom(name, [...draft.declared[section]], plurals[section] ?? section);
	problems.add(path, { code: 'unknown-name', message: `there is no ${singular[section]} named ${name}`, hint });
	return false;
}

export function checkNode({ nodes, problems }: CheckContext, name: string, path: DocumentPath): void {
	if (nodes.has(name)) return;
	const hint = `place a pod there (node: ${name}), or use one of: ${[...nodes].join(', ')}`;
	problems.add(path, { code: 'unknown-name', message: `no pod runs on a node named ${name}`, hint });
}

/** `a` is always there, `b` where two nodes are asked for; others must be named by a pod. */
export function knownNodes(spec: ScenarioInput['spec']): ReadonlySet<string> {
	const pods = Object.values(spec.pods);
	const twoNodes = (spec.requires ?? []).includes('cross-node') || pods.some((pod) => pod.notOnNodeOf !== undefined);
	const placed = pods.flatMap(({ node }) => (node === undefined ? [] : [node]));
	return new Set(['a', ...(twoNodes ? ['b'] : []), ...placed]);
}
