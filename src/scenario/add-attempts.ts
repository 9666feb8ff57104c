import { type Document, isMap, isSeq, LineCounter, type Node, parseAllDocuments, visit, type YAMLSeq } from 'yaml';
import { insertAll, type Insertion, intoMapping, intoSequence, type NewItem } from './insert-yaml.ts';

/** An attempt that a scenario lacks. */
export interface NewAttempt extends NewItem {
	/** An attempt of the list that it belongs to; undefined: the scenario's `attempts`. */
	beside: { line: number; column: number } | undefined;
	/** Ports that have to be listened on for it, by `pods.NAME` or `external.NAME`. */
	listen: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The text of a scenario file with attempts and listeners more, and otherwise as it was, comments included. `scenario`: the
 * name of one of those in the file. What would stand where nothing can be put, such as behind an alias, is left out:
 * whoever asks has to look again.
 */
export function addAttempts(text: string, scenario: string, attempts: readonly NewAttempt[]): string {
	const lines = new LineCounter();
	const documents = parseAllDocuments(text, { lineCounter: lines });
	const document = 'empty' in documents ? undefined : documents.find((one) => nameOf(one) === scenario);
	if (!document) return text;
	const bySequence = new Map<YAMLSeq | undefined, NewItem[]>();
	for (const { beside, listen: _, ...item } of attempts) {
		const offset = beside && (lines.lineStarts[beside.line - 1] ?? 0) + beside.column - 1;
		const sequence = offset === undefined ? attemptsOf(document) : sequenceAt(document, offset);
		if (offset !== undefined && !sequence) continue;
		bySequence.set(sequence, [...(bySequence.get(sequence) ?? []), item]);
	}
	const added = [...bySequence].flatMap(([sequence, items]) =>
		sequence ? [intoSequence(text, sequence, items)] : firstAttempts(text, document, items),
	);
	return insertAll(text, [...added, ...listenersOf(text, document, attempts)]);
}

function nameOf(document: Document): unknown {
	return document.getIn(['metadata', 'name']);
}

function attemptsOf(document: Document): YAMLSeq | undefined {
	const attempts = document.getIn(['spec', 'attempts']);
	return isSeq(attempts) ? attempts : undefined;
}

/** Before `chaos`, as the reference has it, or at the end of what is there. */
function firstAttempts(text: string, document: Document, items: readonly NewItem[]): Insertion[] {
	const spec = document.get('spec');
	if (!isMap(spec) || spec.flow || spec.has('attempts')) return [];
	const lines = items.flatMap(({ value, comment }) => [
		...(comment === undefined ? [] : [`# ${comment}`]),
		`- ${value}`,
	]);
	return [intoMapping(text, spec, { attempts: lines.map((line) => `\n  ${line}`).join('') }, 'chaos')];
}

/** The list that has an item at the offset. */
function sequenceAt(document: Document, offset: number): YAMLSeq | undefined {
	let found: YAMLSeq | undefined;
	visit(document, {
		Seq: (_, sequence) => {
			if (sequence.items.some((item) => (item as Node).range?.[0] === offset)) found = sequence;
		},
	});
	return found;
}

function listenersOf(text: string, document: Document, attempts: readonly NewAttempt[]): Insertion[] {
	const byTarget = new Map<string, Set<string>>();
	for (const [target, ports] of attempts.flatMap(({ listen }) => [...listen])) {
		byTarget.set(target, new Set([...(byTarget.get(target) ?? []), ...ports]));
	}
	return [...byTarget].flatMap(([target, ports]) => {
		const dot = target.indexOf('.');
		const owner = document.getIn(['spec', target.slice(0, dot), target.slice(dot + 1)]);
		if (!isMap(owner)) return [];
		const there = owner.get('listen');
		const items = [...ports].map((value) => ({ value }));
		if (isSeq(there)) return [intoSequence(text, there, items)];
		return owner.has('listen') ? [] : [intoMapping(text, owner, { listen: `[${[...ports].join(', ')}]` })];
	});
}
