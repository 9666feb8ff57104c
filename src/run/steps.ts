import type { Cell, Step } from '../model/plan.ts';

/** The step that shows paths open before the first policy. */
export function isBaseline(step: Step): step is Extract<Step, { do: 'attempt' }> {
	return step.do === 'attempt' && step.purpose === 'baseline';
}

/** Ids of the cells of the first attempts after a step. */
export function nextAttempts(steps: readonly Step[], index: number): string[] {
	for (const step of steps.slice(index + 1)) if (step.do === 'attempt') return step.cells;
	return [];
}

/** Its path is meant to be open. */
export function isAllowed(cell: Cell): boolean {
	return cell.expectation === 'allowed' || (cell.expectation === 'predicted' && cell.prediction.verdict === 'allowed');
}
