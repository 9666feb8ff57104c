import type { CellVerdict } from '../model/verdict.ts';
import {
	describeDeclared,
	describeEvidence,
	describeObserved,
	describePath,
	describePosition,
	describePredicted,
} from '../report/describe-cell.ts';
import { diagnoses } from '../report/diagnoses.ts';

/** An assertion error as mocha and chai know it: `expected` and `actual` are shown as a difference. */
export class CellFailure extends Error {
	readonly expected: unknown;
	readonly actual: unknown;
	readonly showDiff = true;

	constructor(cell: CellVerdict) {
		super(explainCell(cell));
		this.name = 'AssertionError';
		this.expected = { [describePath(cell)]: declaredState(cell) };
		this.actual = { [describePath(cell)]: observedState(cell) };
		// Where it went wrong is a line of the scenario file, not one of ours.
		this.stack = `${this.name}: ${this.message}\n    at ${describePosition(cell)}`;
	}
}

function declaredState(cell: CellVerdict): string {
	return cell.expectation === 'predicted' ? cell.prediction.verdict : cell.expectation;
}

function observedState({ verdict, observed }: CellVerdict): string {
	if (verdict === 'inconclusive') return 'not shown';
	return { open: 'allowed', closed: 'blocked', unknown: 'not shown' }[observed.state];
}

/** Everything that is needed to believe a verdict and to repeat it. */
export function explainCell(cell: CellVerdict): string {
	const evidence = describeEvidence(cell.evidence);
	const unheld = cell.controls.filter((control) => !control.held);
	return [
		`${cell.verdict}: ${describePath(cell)}`,
		...cell.reasons.map((reason) => `  ${reason.text} [${reason.code}]`),
		...(cell.diagnosis === undefined ? [] : [`  means: ${diagnoses[cell.diagnosis]}`]),
		`  declared: ${describeDeclared(cell)}, at ${describePosition(cell)}`,
		`  predicted: ${describePredicted(cell)}`,
		`  observed: ${describeObserved(cell)}`,
		...unheld.map((control) => `  control: ${control.control} did not hold: ${control.detail}`),
		...(evidence === '' ? [] : [`  evidence: ${evidence}`]),
		`  repeat: ${cell.repeat}`,
	].join('\n');
}
