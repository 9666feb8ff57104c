import type { SourcePosition } from '../model/diagnostic.ts';
import type { WaiverUse } from '../model/gate.ts';
import type { CellVerdict, RunVerdicts, Verdict } from '../model/verdict.ts';
import { plural } from './counts.ts';
import { describeDeclared, describeObserved, describePath, describePredicted } from './describe-cell.ts';
import { diagnoses } from './diagnoses.ts';
import { type FindingGroup, groupFindings } from './findings.ts';
import { type Annotation, githubAnnotation } from './github-annotation.ts';
import { answerless } from './answerless.ts';

/** What a file is called from the root of the repository, which is what GitHub knows. */
export type FileNames = (file: string) => string;

const levels: Partial<Record<Verdict, Annotation['level']>> = {
	leak: 'error',
	broken: 'error',
	inconclusive: 'warning',
};

/**
 * Workflow commands for standard output: one annotation for each group of like findings, at the attempt that declares the
 * first of them, the worst first, since GitHub shows only the first ten of a step. The step summary is the Markdown report.
 */
export function renderGithub(run: RunVerdicts, nameOf: FileNames = (file) => file): string {
	const annotations = [
		...groupFindings(run).map((finding) => annotate(finding, nameOf)),
		...answerless(run).map(
			({ name, reasons, file }): Annotation => ({
				level: 'warning',
				title: `gatecrash: ${name}`,
				message: reasons.map((reason) => reason.text).join('; ') || 'nothing was shown',
				...(file !== undefined && { position: { file: nameOf(file), line: 1, column: 1 } }),
			}),
		),
		...(run.gate?.waivers ?? []).flatMap((use) => annotateWaiver(use, nameOf)),
		...(run.cluster?.warnings ?? []).map(
			(message): Annotation => ({ level: 'warning', title: 'gatecrash: the cluster', message }),
		),
	];
	return annotations.map((annotation) => `${githubAnnotation(annotation)}\n`).join('');
}

function annotate({ first, cells }: FindingGroup, nameOf: FileNames): Annotation {
	const others = cells.slice(1).map((cell) => cell.id);
	const shown = others.slice(0, 5);
	const more = others.length > shown.length ? [`and ${plural(others.length - shown.length, 'cell')} more`] : [];
	return {
		level: levels[first.verdict] ?? 'notice',
		title: `gatecrash ${first.verdict}: ${describePath(first)}`,
		message: [...explain(first), ...(shown.length > 0 ? ['the same:', ...shown, ...more] : [])].join('\n'),
		position: positionOf(first.position, nameOf),
	};
}

function annotateWaiver({ state, text, position }: WaiverUse, nameOf: FileNames): Annotation[] {
	if (state === 'not-attempted') return [];
	const level = state === 'expired' ? 'error' : state === 'used' ? 'notice' : 'warning';
	const title = state === 'used' ? 'gatecrash: waived' : `gatecrash: waiver ${state}`;
	return [{ level, title, message: text, position: positionOf(position, nameOf) }];
}

function explain(cell: CellVerdict): string[] {
	return [
		...cell.reasons.map((reason) => reason.text),
		...(cell.diagnosis === undefined ? [] : [`means: ${diagnoses[cell.diagnosis]}`]),
		`declared: ${describeDeclared(cell)}`,
		`predicted: ${describePredicted(cell)}`,
		`observed: ${describeObserved(cell)}`,
		`case: ${cell.id}`,
		`repeat: ${cell.repeat}`,
	];
}

function positionOf({ file, line, column }: SourcePosition, nameOf: FileNames): SourcePosition {
	return { file: nameOf(file), line, column };
}
