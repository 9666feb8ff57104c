import { isScalar, type Node, type YAMLMap, type YAMLSeq } from 'yaml';

/** Text to be put into a file, before the character at `offset`. */
export interface Insertion {
	offset: number;
	text: string;
}

/** A further item of a list, in YAML's flow style, with a comment above it where the list has lines of its own. */
export interface NewItem {
	value: string;
	comment?: string;
}

/** Puts items at the end of a list, in the style of the list; everything else of the text stays as it is. */
export function intoSequence(text: string, sequence: YAMLSeq, items: readonly NewItem[]): Insertion {
	const values = items.map(({ value }) => value);
	if (sequence.flow) return beforeBracket(text, sequence, values, sequence.items.length > 0);
	const indent = ' '.repeat(columnOf(text, rangeOf(sequence)[0]));
	const lines = items.flatMap(({ value, comment }) => [
		...(comment === undefined ? [] : [`${indent}# ${comment}`]),
		`${indent}- ${value}`,
	]);
	return afterLine(text, rangeOf(sequence)[1], lines);
}

/** The same of a map: keys with their values, before a key that is there, if it is; a value may begin with a line end. */
export function intoMapping(
	text: string,
	mapping: YAMLMap,
	entries: Readonly<Record<string, string>>,
	before?: string,
): Insertion {
	const pairs = Object.entries(entries).map(([key, value]) => `${key}:${value.startsWith('\n') ? '' : ' '}${value}`);
	if (mapping.flow) return beforeBracket(text, mapping, pairs, mapping.items.length > 0);
	const indent = ' '.repeat(columnOf(text, rangeOf(mapping)[0]));
	const lines = pairs.map((pair) => indent + pair.replaceAll('\n', `\n${indent}`));
	const next = mapping.items.find(({ key }) => isScalar(key) && key.value === before)?.key;
	if (!isScalar(next)) return afterLine(text, rangeOf(mapping)[1], lines);
	const offset = text.lastIndexOf('\n', rangeOf(next)[0]) + 1;
	return { offset, text: lines.map((line) => `${line}\n`).join('') };
}

/** Insertions at the same place keep their order. */
export function insertAll(text: string, insertions: readonly Insertion[]): string {
	return insertions
		.toSorted((one, other) => other.offset - one.offset)
		.reduce((result, { offset, text: more }) => result.slice(0, offset) + more + result.slice(offset), text);
}

function beforeBracket(text: string, node: Node, values: readonly string[], isFilled: boolean): Insertion {
	const bracket = rangeOf(node)[1] - 1;
	const before = text.slice(0, bracket).trimEnd();
	const comma = isFilled && !before.endsWith(',') ? ', ' : before.endsWith(',') ? ' ' : '';
	return { offset: before.length, text: comma + values.join(', ') };
}

/** Below the last line of what ends at the offset, which a comment may follow on its line. */
function afterLine(text: string, end: number, lines: readonly string[]): Insertion {
	const last = text.slice(0, end).trimEnd().length;
	const lineEnd = text.indexOf('\n', last);
	return { offset: lineEnd === -1 ? text.length : lineEnd, text: lines.map((line) => `\n${line}`).join('') };
}

function columnOf(text: string, offset: number): number {
	return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

function rangeOf(node: Node): [number, number] {
	if (!node.range) throw new Error('a node that was read from a text has a range');
	return [node.range[0], node.range[1]];
}
