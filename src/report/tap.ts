import type { WaiverUse } from '../model/gate.ts';
import type { CellVerdict, RunVerdicts, ScenarioVerdict } from '../model/verdict.ts';
import { type Answerless, answerless } from './answerless.ts';
import {
	describeDeclared,
	describeEvidence,
	describeObserved,
	describePosition,
	describePredicted,
} from './describe-cell.ts';
import { diagnoses } from './diagnoses.ts';
import { describeWaiver } from './gate-view.ts';

/**
 * TAP version 14: a subtest per scenario, a test point per cell. Leak, broken and inconclusive are `not ok`, with what is
 * known of them as YAML; a run that was cut off bails out. https://testanything.org/tap-version-14-specification.html
 */
export function renderTap(run: RunVerdicts): string {
	return [...tapPieces(run)].join('');
}

/** The same line by line, for a run of which it is longer than one text can be. */
export function* tapPieces(run: RunVerdicts): Generator<string> {
	for (const line of linesOf(run)) yield `${line}\n`;
}

function* linesOf(run: RunVerdicts): Generator<string> {
	const missing = answerless(run);
	const ofRun = missing.filter(({ scenario }) => scenario === undefined);
	const waivers = (run.gate?.waivers ?? []).filter(({ state }) => state !== 'used' && state !== 'not-attempted');
	const suites = run.scenarios.length;
	yield 'TAP version 14';
	yield `1..${suites + ofRun.length + waivers.length}`;
	for (const [index, scenario] of run.scenarios.entries()) {
		const ofScenario = missing.filter((one) => one.scenario === scenario.scenario);
		yield* subtest(scenario, ofScenario, index + 1);
	}
	for (const [index, one] of ofRun.entries()) yield* missingPoint(one, suites + index + 1);
	for (const [index, use] of waivers.entries()) yield* waiverPoint(use, suites + ofRun.length + index + 1);
	if (!run.complete) yield `Bail out! ${oneLine(run.reasons.map((reason) => reason.text).join('; '))}`.trimEnd();
}

function* subtest(scenario: ScenarioVerdict, missing: Answerless[], number: number): Generator<string> {
	const { cells } = scenario;
	const count = cells.length + missing.length;
	let ok = true;
	yield `# Subtest: ${oneLine(scenario.scenario)}`;
	yield `    1..${count}`;
	for (const lines of pointsOf(cells, missing)) {
		const [first = ''] = lines;
		ok &&= first.startsWith('ok ') || first.includes(' # TODO ');
		for (const line of lines) yield `    ${line}`;
	}
	const skipped = count === 0 && scenario.verdict === 'skipped';
	const why = scenario.reasons.map((reason) => reason.text).join('; ');
	const name = description(scenario.scenario);
	yield `${ok ? 'ok' : 'not ok'} ${number} - ${name}${skipped ? ` # SKIP ${oneLine(why)}` : ''}`;
}

function* pointsOf(cells: CellVerdict[], missing: Answerless[]): Generator<string[]> {
	for (const [index, cell] of cells.entries()) yield point(cell, index + 1);
	for (const [index, one] of missing.entries()) yield missingPoint(one, cells.length + index + 1);
}

function point(cell: CellVerdict, number: number): string[] {
	const name = description(cell.id);
	const why = cell.reasons.map((reason) => reason.text).join('; ');
	switch (cell.verdict) {
		case 'leak':
		case 'broken':
		case 'inconclusive': {
			// A point that is still to do may fail.
			const waived = cell.waiver === undefined ? '' : ` # TODO ${oneLine(describeWaiver(cell))}`;
			return [`not ok ${number} - ${name}${waived}`, ...diagnostics(detail(cell))];
		}
		case 'skipped':
			return [`ok ${number} - ${name} # SKIP ${oneLine(why)}`];
		default: {
			const findings = cell.findings.map((finding) => finding.text);
			return [
				`ok ${number} - ${name}`,
				...(findings.length === 0 ? [] : diagnostics({ verdict: cell.verdict, findings })),
			];
		}
	}
}

function waiverPoint({ case: id, state, text }: WaiverUse, number: number): string[] {
	const name = description(`waiver of ${id}`);
	return [`${state === 'expired' ? 'not ok' : 'ok'} ${number} - ${name}`, ...diagnostics({ waiver: state, why: text })];
}

function missingPoint({ name, reasons }: Answerless, number: number): string[] {
	return [
		`not ok ${number} - ${name}`,
		...diagnostics({ verdict: 'inconclusive', why: reasons.map(({ text }) => text) }),
	];
}

function detail(cell: CellVerdict): Record<string, string | string[]> {
	const unheld = cell.controls.filter((control) => !control.held);
	return {
		verdict: cell.verdict,
		why: cell.reasons.map((reason) => `${reason.text} [${reason.code}]`),
		...(cell.diagnosis !== undefined && { means: diagnoses[cell.diagnosis] }),
		declared: describeDeclared(cell),
		predicted: describePredicted(cell),
		observed: describeObserved(cell),
		...(unheld.length > 0 && { controls: unheld.map((one) => `${one.control} did not hold: ${one.detail}`) }),
		...(cell.evidence.length > 0 && { evidence: describeEvidence(cell.evidence) }),
		at: describePosition(cell),
		repeat: cell.repeat,
	};
}

/** Texts as JSON strings, which YAML reads as they are. */
function diagnostics(values: Record<string, string | string[]>): string[] {
	const lines = Object.entries(values).flatMap(([key, value]) =>
		typeof value === 'string' ? [`${key}: ${quote(value)}`] : [`${key}:`, ...value.map((text) => `  - ${quote(text)}`)],
	);
	return ['  ---', ...lines.map((line) => `  ${line}`), '  ...'];
}

/** Characters that a terminal or a YAML reader could take for something else are written as escapes. */
function quote(text: string): string {
	return JSON.stringify(text).replace(
		/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);
}

/** `#` would begin a directive. */
function description(text: string): string {
	return oneLine(text).replace(/[\\#]/g, '\\$&');
}

function oneLine(text: string): string {
	return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
