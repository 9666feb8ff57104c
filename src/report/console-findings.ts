import type { CellVerdict, Reason, RunVerdicts } from '../model/verdict.ts';
import { plural } from './counts.ts';
import {
	describeDeclared,
	describeEvidence,
	describeObserved,
	describePosition,
	describePredicted,
} from './describe-cell.ts';
import { diagnoses } from './diagnoses.ts';
import { type FindingGroup, groupFindings, groupNotes, groupSkipped, groupWaived } from './findings.ts';
import { describeChange, describeWaiver } from './gate-view.ts';
import { type Style, paint } from './paint.ts';

export interface FindingsOptions {
	colour: boolean;
	verbose: boolean;
	width: number;
}

/** Ids of one finding shown without `-v`. */
const idsShown = 4;

const tones: Partial<Record<CellVerdict['verdict'], Style[]>> = {
	leak: ['bold', 'whiteBright', 'bgRed'],
	broken: ['bold', 'black', 'bgYellow'],
	inconclusive: ['bold', 'yellow'],
};

/** Leaks, broken paths and inconclusive cells with all that is needed to believe and repeat them; then what is only worth knowing. */
export function renderFindings(run: RunVerdicts, options: FindingsOptions): string[] {
	const findings = groupFindings(run);
	const waived = groupWaived(run);
	const notes = groupNotes(run);
	const skipped = groupSkipped(run);
	const lines: string[] = [];
	if (findings.length > 0) lines.push(rule(plural(findings.length, 'finding'), options), '');
	findings.forEach((finding, index) => lines.push(...renderFinding(finding, index + 1, run, options), ''));
	if (waived.length > 0) {
		lines.push(rule('waived', options), '');
		for (const { first, cells } of waived)
			lines.push(...renderShort({ first, cells }, [{ code: 'waived', text: sayWaived(first) }], options));
		lines.push('');
	}
	if (notes.length > 0) {
		lines.push(rule('worth knowing', options), '');
		for (const note of notes)
			lines.push(...renderShort(note, note.first.findings, options), ...differing(note, options));
		lines.push('');
	}
	if (skipped.length > 0) {
		lines.push(rule('skipped', options), '');
		for (const group of skipped) lines.push(...renderShort(group, group.first.reasons, options));
		lines.push('');
	}
	return lines;
}

export function rule(title: string, options: { colour: boolean; width: number }): string {
	const dim = paint(options.colour, 'dim');
	return `${dim('──')} ${paint(options.colour, 'bold')(title)} ${dim('─'.repeat(Math.max(0, options.width - title.length - 4)))}`;
}

function sayWaived(cell: CellVerdict): string {
	return `${cell.verdict}, ${describeWaiver(cell)}`;
}

function renderFinding(finding: FindingGroup, number: number, run: RunVerdicts, options: FindingsOptions): string[] {
	const { first } = finding;
	const change = describeChange(finding.cells, run);
	const tone = paint(options.colour, ...(tones[first.verdict] ?? []));
	const evidence = describeEvidence(first.evidence);
	const unheld = first.controls.filter((control) => !control.held);
	return [
		`${String(number).padStart(2)}  ${tone(` ${first.verdict.toUpperCase()} `)}  ${paint(options.colour, 'bold')(first.id)}`,
		...otherIds(finding, options),
		...(first.diagnosis === undefined ? [] : field('means', diagnoses[first.diagnosis], options)),
		...(change === '' ? [] : field('baseline', change, options)),
		...field('declared', `${describeDeclared(first)}, at ${describePosition(first)}`, options),
		...field('predicted', describePredicted(first), options),
		...field('observed', describeObserved(first), options),
		...first.reasons.flatMap((reason) => field('why', `${reason.text} [${reason.code}]`, options)),
		...unheld.flatMap((control) => field('control', `${control.control} did not hold: ${control.detail}`, options)),
		...(evidence ? field('evidence', evidence, options) : []),
		...field('repeat', first.repeat, options, { whole: true }),
	];
}

function otherIds(finding: FindingGroup, options: FindingsOptions): string[] {
	const others = finding.cells.slice(1);
	const shown = options.verbose || others.length <= idsShown ? others : others.slice(0, idsShown - 1);
	const rest = others.length - shown.length;
	return [
		...shown.map((cell) => `${' '.repeat(8)}and  ${cell.id}`),
		...(rest > 0 ? [`${' '.repeat(8)}and  ${rest} more like these (-v lists them)`] : []),
	];
}

function renderShort(group: FindingGroup, reasons: Reason[], options: FindingsOptions): string[] {
	const many = group.cells.length > 1 ? ` and ${group.cells.length - 1} more` : '';
	const ids = options.verbose ? group.cells.map((cell) => `      ${cell.id}`) : [`      ${group.first.id}${many}`];
	return [...reasons.map((reason) => `  • ${reason.text}`), ...ids.map((line) => paint(options.colour, 'dim')(line))];
}

/** Where the engine differs from the text, what the text says. */
function differing({ first }: FindingGroup, options: FindingsOptions): string[] {
	if (first.diagnosis === undefined || first.verdict !== 'enforced') return [];
	return [
		...field('declared', describeDeclared(first), options, { margin: 6 }),
		...field('predicted', describePredicted(first), options, { margin: 6 }),
	];
}

/** A labelled line, continued under its text; a command stays in one piece so that it can be copied. */
export function field(
	label: string,
	text: string,
	options: { colour: boolean; width: number },
	{ margin = 4, whole = false } = {},
): string[] {
	const head = paint(options.colour, 'dim')(label.padEnd(9));
	const lines = whole ? [text] : fold(text, options.width - margin - 10);
	return lines.map((line, index) => `${' '.repeat(margin)}${index === 0 ? head : ' '.repeat(9)} ${line}`);
}

function fold(text: string, width: number): string[] {
	const lines = [''];
	for (const word of text.split(' ')) {
		const last = lines.at(-1) ?? '';
		if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
		else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
	}
	return lines;
}
