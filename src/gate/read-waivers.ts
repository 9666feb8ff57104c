import type { z } from 'zod';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Waiver } from '../model/gate.ts';
import { type Problems, problemsOf } from '../scenario/problems.ts';
import { apiVersion } from '../scenario/schema.ts';
import { checkSchema } from '../scenario/schema-problems.ts';
import { didYouMean } from '../scenario/suggest.ts';
import { type YamlDocument, readYaml } from '../scenario/yaml-document.ts';
import { isPattern, matchesCase } from './case-pattern.ts';
import { waiversSchema } from './waivers-schema.ts';

type Entry = z.output<typeof waiversSchema>['waivers'][number];

/**
 * Every waiver of a text, and everything that is wrong with it; with errors, no waiver at all. `cases`: the ids of all
 * cells that the scenarios have, selected or not. Pure; never throws, whatever the text.
 */
export function readWaivers(
	text: string,
	file: string,
	cases: readonly string[],
): { waivers: Waiver[]; diagnostics: Diagnostic[] } {
	const { documents, diagnostics } = readYaml(text, file);
	if (documents.length === 0 && diagnostics.length === 0) {
		const hint = `begin with apiVersion: ${apiVersion}, kind: Waivers and waivers:`;
		const start = { file, line: 1, column: 1 };
		diagnostics.push({ code: 'empty-file', message: 'the file holds no waivers', ...start, severity: 'error', hint });
	}
	const known = new KnownCases(cases);
	const waivers = documents.flatMap((document) => (document.sound ? readDocument(document, known, diagnostics) : []));
	diagnostics.sort((one, other) => one.line - other.line || one.column - other.column);
	return diagnostics.some(({ severity }) => severity === 'error')
		? { waivers: [], diagnostics }
		: { waivers, diagnostics };
}

function readDocument(document: YamlDocument, known: KnownCases, into: Diagnostic[]): Waiver[] {
	const problems = problemsOf(document, into);
	const faults = checkSchema(waiversSchema, document.value, problems);
	if (faults.some(({ path }) => path[0] !== 'waivers' || path.length === 1)) return [];
	const spoiled = new Set(faults.map(({ path }) => path[1]));
	const { waivers } = document.value as z.output<typeof waiversSchema>;
	const seen = new Set<string>();
	return waivers.flatMap((entry, index) => {
		// What is wrong with it was said; the others are looked at all the same.
		if (spoiled.has(index)) return [];
		const at = problems.within(['waivers', index]);
		checkCase(entry, known, at);
		if (entry.versions !== undefined && entry.engine === undefined) {
			const message = 'versions of which program?';
			at.add(['versions'], {
				code: 'missing-key',
				message,
				hint: 'add engine:, for example engine: calico',
				at: 'key',
			});
		}
		if (seen.has(entry.case)) {
			const message = `${entry.case} is waived twice`;
			at.add(['case'], { code: 'duplicate', message, hint: 'keep one of the two' });
		}
		seen.add(entry.case);
		const position = document.locate(['waivers', index]);
		return [{ ...(entry as Omit<Waiver, 'position'>), position }];
	});
}

/** A case of a scenario that is not here may be waived for another run; one that its scenario does not have is a mistake. */
function checkCase(entry: Entry, known: KnownCases, problems: Problems): void {
	const text = entry.case;
	const [scenario = ''] = text.split('/');
	if (isPattern(scenario)) {
		const hint = 'begin with the name of one scenario, so that no other one is ever waived by it';
		problems.add(['case'], { code: 'bad-pattern', message: 'a pattern may not stand for scenarios', hint });
		return;
	}
	const cases = known.of(scenario);
	if (cases === undefined) {
		const message = `there is no scenario ${JSON.stringify(scenario)} here: this waives nothing in this run`;
		problems.add(['case'], {
			code: 'unknown-scenario',
			message,
			hint: didYouMean(scenario, known.scenarios) ?? 'remove it if the scenario is gone',
			severity: 'warning',
		});
		return;
	}
	const count = cases.filter((id) => matchesCase(text, id)).length;
	if (count === 0 && !cases.some((id) => matchesCase(otherFamily(text), id))) {
		const hint = didYouMean(text, cases) ?? '`gatecrash plan` shows the ids';
		problems.add(['case'], { code: 'unknown-case', message: `there is no case ${JSON.stringify(text)}`, hint });
	}
	checkCount(entry, count, problems);
}

function checkCount(entry: Entry, count: number, problems: Problems): void {
	if (!isPattern(entry.case)) {
		if (entry.cells === undefined) return;
		const hint = 'leave it away: a whole id names one';
		problems.add(['cells'], { code: 'conflict', message: 'cells belongs to a pattern', hint, at: 'key' });
		return;
	}
	if (entry.cells === undefined) {
		const message = 'a pattern has to say for how many cells it stands';
		problems.add([], { code: 'missing-key', message, hint: `it matches ${count}: add cells: ${count}`, at: 'key' });
	} else if (count > entry.cells) {
		const message = `the pattern matches ${count} cells, more than the ${entry.cells} that were meant`;
		problems.add(['cells'], { code: 'too-many', message, hint: 'narrow the pattern, or look at what is new' });
	}
}

/** A cluster without IPv6 has only the other one of the two cells. */
function otherFamily(id: string): string {
	return id.replace(/\/ipv([46])(?=\/|$)/, (_whole, digit) => `/ipv${digit === '4' ? '6' : '4'}`);
}

class KnownCases {
	readonly #byScenario: ReadonlyMap<string, string[]>;

	constructor(cases: readonly string[]) {
		const map = new Map<string, string[]>();
		for (const id of cases) {
			const [scenario = ''] = id.split('/');
			const list = map.get(scenario);
			if (list) list.push(id);
			else map.set(scenario, [id]);
		}
		this.#byScenario = map;
	}

	get scenarios(): string[] {
		return [...this.#byScenario.keys()];
	}

	of(scenario: string): readonly string[] | undefined {
		return this.#byScenario.get(scenario);
	}
}
