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
	const missing = answerless(run);
	const ofRun = missing.filter(({ scenario }) => scenario === undefined);
	const waivers = (run.gate?.waivers ?? []).filter(({ state }) => state !== 'used' && state !== 'not-attempted');
	const suites = run.scenarios.map((scenario, index) =>
		subtest(
			scenario,
			missing.filter((one) => one.scenario === scenario.scenario),
			index + 1,
		),
	);
	return [
		'TAP version 14',
		`1..${suites.length + ofRun.length + waivers.length}`,
		...suites.flat(),
		...ofRun.flatMap((one, index) => missingPoint(one, suites.length + index + 1)),
		...waivers.map((use, index) => waiverPoint(use, suites.length + ofRun.length + index + 1)),
		...(run.complete ? [] : [`Bail out! ${oneLine(run.reasons.map((reason) => reason.text).join('; '))}`.trimEnd()]),
		'',
	].join('\n');
}

function subtest(scenario: ScenarioVerdict, missing: Answerless[], number: number): string[] {
	const points = [
		...scenario.cells.map((cell, index) => point(cell, index + 1)),
		...missing.map((one, index) => missingPoint(one, scenario.cells.length + index + 1)),
	];
	const name = description(scenario.scenario);
	const skipped = points.length === 0 && scenario.verdict === 'skipped';
	const why = scenario.reasons.map((reason) => reason.text).join('; ');
	const ok = points.every(([first = '']) => first.startsWith('ok ') || first.includes(' # TODO '));
	return [
		`# Subtest: ${oneLine(scenario.scenario)}`,
		...[`1..${points.length}`, ...points.flat()].map((line) => `    ${line}`),
		`${ok ? 'ok' : 'not ok'} ${number} - ${name}${skipped ? ` # SKIP ${oneLine(why)}` : ''}`,
	];
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
