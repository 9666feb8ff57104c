import { type Document, isAlias, isCollection, isMap, isNode, isScalar, isSeq, type Node } from 'yaml';

type AddProblem = (code: string, offset: number, message: string, hint?: string) => void;

/** Tags of the YAML 1.2 core schema; everything else could mean something else to another reader. */
const coreTags = new Set(
	['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** Reports what YAML would accept and a scenario may not hold: other tags, duplicate and complex keys, cycles, old versions. */
export function checkYamlTree(document: Document.Parsed, maximumDepth: number, add: AddProblem): void {
	const { yaml } = document.directives;
	if (yaml.explicit && yaml.version !== '1.2') {
		add(
			'yaml-version',
			0,
			`YAML ${yaml.version}: only 1.2 is read`,
			'remove the %YAML line: in 1.1 `no` and `on` are booleans',
		);
	}
	const anchors = new Map<string, Node>();
	const visit = (node: unknown, parents: readonly Node[]): void => {
		if (!isNode(node)) return;
		const offset = node.range?.[0] ?? 0;
		if (parents.length > maximumDepth) {
			if (parents.length === maximumDepth + 1)
				add('yaml-too-deep', offset, `nested more than ${maximumDepth} levels deep`, 'a scenario needs about ten');
			return;
		}
		if (isAlias(node)) {
			checkAlias(node.source, anchors.get(node.source), parents, offset, add);
			return;
		}
		if ('anchor' in node && typeof node.anchor === 'string') anchors.set(node.anchor, node);
		if (node.tag !== undefined && !coreTags.has(node.tag)) {
			add('yaml-tag', offset, `the tag ${node.tag} is not allowed`, 'scenario files hold plain YAML only');
		}
		if (isSeq(node)) for (const item of node.items) visit(item, [...parents, node]);
		if (isMap(node)) visitMap(node, parents);
	};
	const visitMap = (node: Node & { items: { key: unknown; value: unknown }[] }, parents: readonly Node[]): void => {
		const seen = new Set<string>();
		for (const { key, value } of node.items) {
			const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
			if (!isScalar(key)) {
				add(
					'yaml-key',
					offset,
					isCollection(key) ? 'a key must be plain text' : 'an alias may not be a key',
					'write it as text',
				);
				continue;
			}
			const text = String(key.value);
			if (text === '__proto__') add('yaml-key', offset, 'the key __proto__ is not allowed', 'remove it');
			if (seen.has(text))
				add(
					'yaml-duplicate-key',
					offset,
					`the key ${JSON.stringify(text)} stands twice in this map`,
					'remove one of them: the first would be ignored',
				);
			seen.add(text);
			visit(key, [...parents, node]);
			visit(value, [...parents, node]);
		}
	};
	visit(document.contents, []);
}

function checkAlias(
	name: string,
	target: Node | undefined,
	parents: readonly Node[],
	offset: number,
	add: AddProblem,
): void {
	if (target === undefined)
		add('yaml-alias', offset, `the alias *${name} has no anchor before it`, `define it with &${name}`);
	else if (parents.includes(target))
		add('yaml-alias', offset, `the alias *${name} holds itself`, 'write the values out');
}
