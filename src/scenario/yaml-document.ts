import {
	type Document,
	isAlias,
	isCollection,
	isMap,
	isNode,
	isPair,
	isScalar,
	isSeq,
	LineCounter,
	type Pair,
	parseAllDocuments,
	type YAMLMap,
} from 'yaml';
import type { Diagnostic, SourcePosition } from '../model/diagnostic.ts';
import type { DocumentPath } from './document-path.ts';
import { checkYamlTree } from './yaml-tree.ts';

/** Aliases may not blow a file up: at most so many are expanded in one document. */
export const maximumAliases = 100;
/** Deeper nesting than any scenario needs; the YAML parser dies on some thousand levels. */
export const maximumDepth = 64;

/** One YAML document: its plain value, and where each part of it stands. */
export interface YamlDocument {
	value: unknown;
	/** Of a node's value, or of its key; of the nearest parent that exists when the path leads nowhere. */
	locate(path: DocumentPath, at?: 'key' | 'value'): SourcePosition;
	/** False: diagnostics were reported, and the value can't be relied on. */
	sound: boolean;
}

/** Reads YAML 1.2 without custom tags, duplicate keys or unbounded aliases. Never throws on any text. */
export function readYaml(text: string, file: string): { documents: YamlDocument[]; diagnostics: Diagnostic[] } {
	const deep = tooDeep(text, file);
	if (deep) return { documents: [], diagnostics: [deep] };
	const lines = new LineCounter();
	const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
	const documents: YamlDocument[] = [];
	const diagnostics: Diagnostic[] = [];
	const positionAt = (offset: number): SourcePosition => {
		const { line, col } = lines.linePos(Math.max(0, Math.min(offset, text.length)));
		return { file, line: Math.max(1, line), column: Math.max(1, col) };
	};
	for (const document of 'empty' in parsed ? [] : parsed) {
		const before = diagnostics.length;
		const add = (code: string, offset: number, message: string, hint?: string): void => {
			diagnostics.push({ code, message, ...positionAt(offset), severity: 'error', ...(hint && { hint }) });
		};
		// the parser's later errors follow from the first
		for (const error of document.errors.slice(0, 1))
			add('yaml-syntax', error.pos[0], firstSentence(error.message), yamlHint(error.code));
		if (document.errors.length === 0) checkYamlTree(document, maximumDepth, add);
		const value = diagnostics.length === before ? plainValue(document, add) : undefined;
		// `---` alone, or a comment after the last `---`, is not a document that anybody meant
		if (diagnostics.length === before && value === null && !startsWithText(document)) continue;
		documents.push({
			value,
			locate: (path, at) => positionAt(offsetOf(document, path, at ?? 'value')),
			sound: diagnostics.length === before,
		});
	}
	return { documents, diagnostics };
}

/** False for a document that holds nothing but comments. */
function startsWithText(document: Document.Parsed): boolean {
	const [start, end] = document.contents?.range ?? [0, 0];
	return end > start;
}

type AddProblem = (code: string, offset: number, message: string, hint?: string) => void;

function plainValue(document: Document.Parsed, add: AddProblem): unknown {
	try {
		return document.toJS({ maxAliasCount: maximumAliases });
	} catch (error) {
		if (!(error instanceof ReferenceError)) throw error;
		add(
			'yaml-alias',
			document.contents?.range[0] ?? 0,
			'too many aliases: the document would grow out of bounds',
			'write the values out',
		);
		return undefined;
	}
}

/**
 * Bounds the nesting before the parser sees it: on `[` x 100,000 it ends the whole process, which nothing can catch.
 * Counted on the bare text, so brackets in quotes and comments count too; 64 of them without a closing one are no text.
 */
function tooDeep(text: string, file: string): Diagnostic | undefined {
	let depth = 0;
	for (const [index, line] of text.split('\n').entries()) {
		const indented = /^[\s?:-]*/.exec(line)?.[0] ?? '';
		const markers = indented.replaceAll(/\s/g, '').length;
		let column = indented.length > 400 || (markers > maximumDepth && !/^-+\s*$/.test(line)) ? indented.length : -1;
		for (let at = 0; at < line.length && column < 0; at++) {
			const character = line[at];
			if (character === '[' || character === '{') depth++;
			else if ((character === ']' || character === '}') && depth > 0) depth--;
			if (depth > maximumDepth) column = at;
		}
		if (column >= 0) {
			const message = `nested more than ${maximumDepth} levels deep`;
			return {
				code: 'yaml-too-deep',
				message,
				file,
				line: index + 1,
				column: column + 1,
				severity: 'error',
				hint: 'a scenario needs about ten',
			};
		}
	}
	return undefined;
}

function offsetOf(document: Document.Parsed, path: DocumentPath, at: 'key' | 'value'): number {
	let node: unknown = document.contents;
	let offset = startOf(node) ?? 0;
	for (const [index, step] of path.entries()) {
		if (isAlias(node)) node = node.resolve(document);
		if (!isCollection(node)) return offset;
		let key: unknown;
		if (isMap(node)) {
			const pair = pairsOf(node).get(String(step));
			[key, node] = [pair?.key, pair?.value];
		} else if (isSeq(node)) {
			const item = node.items[Number(step)];
			[key, node] = [item, item];
		}
		// `key:` without a value: the caret stands on the key
		const wanted = (at === 'key' && index === path.length - 1) || isEmptyScalar(node) ? key : node;
		const found = startOf(wanted) ?? startOf(key);
		if (found === undefined) return offset;
		offset = found;
	}
	return offset;
}

const pairsOfMaps = new WeakMap<YAMLMap, Map<string, Pair>>();

/** Kept, because a file of many mistakes asks the same large map again and again. */
function pairsOf(map: YAMLMap): Map<string, Pair> {
	const kept = pairsOfMaps.get(map);
	if (kept) return kept;
	const pairs = new Map(map.items.map((item) => [keyText(item.key), item]));
	pairsOfMaps.set(map, pairs);
	return pairs;
}

function isEmptyScalar(node: unknown): boolean {
	return isScalar(node) && node.value === null && node.range?.[0] === node.range?.[1];
}

function startOf(node: unknown): number | undefined {
	if (isPair(node)) return startOf(node.key);
	return isNode(node) ? node.range?.[0] : undefined;
}

function keyText(key: unknown): string {
	return String(isNode(key) ? key.toJSON() : key);
}

function firstSentence(message: string): string {
	return (message.split('\n')[0] ?? message).replace(/:$/, '');
}

function yamlHint(code: string): string | undefined {
	if (code === 'TAB_AS_INDENT') return 'indent with spaces';
	if (code === 'MULTILINE_IMPLICIT_KEY' || code === 'BAD_INDENT') return 'look at the indentation of this line';
	if (code === 'MISSING_CHAR') return 'something is not closed, or a colon is missing';
	return 'see https://yaml.org/spec/1.2.2';
}
