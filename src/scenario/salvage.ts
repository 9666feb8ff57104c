import type { DocumentPath } from './document-path.ts';
import { type ScenarioInput, scenarioSchema } from './schema.ts';
import type { SchemaFault } from './schema-problems.ts';

/** A scenario whose sound parts can be checked although others broke the schema. */
export interface Draft {
	input: ScenarioInput;
	/** Names declared in the document, the faulty ones too: using those is no second error. */
	declared: Record<NamedSection, ReadonlySet<string>>;
	/** Where the items that are left stood in the document. */
	indexes: Record<ListSection, readonly number[]>;
	/** True: parts were left out, so that "nothing does X" can't be said. */
	partial: boolean;
}

export const namedSections = [
	'namespaces',
	'pods',
	'services',
	'external',
	'serviceAccounts',
	'securityGroups',
	'policies',
] as const;
export type NamedSection = (typeof namedSections)[number];
const listSections = ['attempts', 'phases', 'chaos'] as const;
export type ListSection = (typeof listSections)[number];

type Tree = Record<string, unknown>;

/**
 * Leaves out the faulty entries (a pod, a policy, an attempt, ...), so that all mistakes of a file are reported at once.
 * Undefined when too little is left.
 */
export function salvage(value: unknown, faults: readonly SchemaFault[]): Draft | undefined {
	if (!isTree(value) || !isTree(value['spec'])) return undefined;
	const root = structuredClone(value) as Tree & { spec: Tree };
	const indexes = Object.fromEntries(listSections.map((section) => [section, indexesOf(root.spec[section])])) as Record<
		ListSection,
		number[]
	>;
	const declared = Object.fromEntries(
		namedSections.map((section) => [section, namesOf(root.spec[section])]),
	) as Draft['declared'];
	for (const fault of faults) cut(root, fault, indexes);
	for (const section of listSections) {
		const list = root.spec[section];
		if (!Array.isArray(list)) continue;
		root.spec[section] = indexes[section].map((index) => list[index] as unknown);
		if (indexes[section].length === 0) delete root.spec[section];
	}
	root.spec['namespaces'] ??= {};
	root.spec['pods'] ??= {};
	const result = scenarioSchema.safeParse({
		apiVersion: 'gatecrash.dev/v1alpha1',
		kind: 'Scenario',
		metadata: { name: 'nameless' },
		...root,
	});
	return result.success ? { input: result.data, declared, indexes, partial: faults.length > 0 } : undefined;
}

function cut(root: Tree & { spec: Tree }, { path, keys }: SchemaFault, indexes: Record<ListSection, number[]>): void {
	if (keys !== undefined) {
		const parent = nodeAt(root, path);
		if (isTree(parent)) for (const key of keys) delete parent[key];
		return;
	}
	const [top, section, entry] = path;
	if (top !== 'spec' || section === undefined) {
		if (typeof top === 'string') delete root[top];
		return;
	}
	const named = namedSections.find((one) => one === section);
	const list = listSections.find((one) => one === section);
	const holder = root.spec[section];
	if (named && entry !== undefined && isTree(holder)) delete holder[entry];
	else if (list && typeof entry === 'number') indexes[list] = indexes[list].filter((index) => index !== entry);
	else delete root.spec[section];
}

function nodeAt(root: unknown, path: DocumentPath): unknown {
	let node = root;
	for (const step of path) node = typeof node === 'object' && node !== null ? (node as Tree)[step] : undefined;
	return node;
}

function isTree(value: unknown): value is Tree {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function indexesOf(list: unknown): number[] {
	return Array.isArray(list) ? [...list.keys()] : [];
}

function namesOf(record: unknown): ReadonlySet<string> {
	return new Set(isTree(record) ? Object.keys(record) : []);
}
