import type { CellVerdict } from '../../model/verdict.ts';
import { symbolOf } from '../cell-symbol.ts';
import { type Html, html } from './markup.ts';
import { type Side, sidesOf } from './sides.ts';

/** A cell with its place in the list of all cells of the run. */
export interface PlacedCell {
	cell: CellVerdict;
	place: number;
}

/** Draws a cell: the letter of its verdict above what was declared, predicted and observed. Short, since there may be thousands. */
export function renderSquare({ cell, place }: PlacedCell): Html {
	return html`<button class="sq ${cell.waiver === undefined ? cell.verdict : 'unprotected'}" data-c="${place}" tabindex="-1" aria-label="${sayCell(cell)}">${renderMarks(cell)}</button>`;
}

/** The marks alone, for the legend. */
export function renderMarks(cell: CellVerdict): Html {
	const { declared, predicted, observed } = sidesOf(cell);
	return html`<b>${symbolOf(cell).letter}</b>${[declared, predicted, observed].map(renderSide)}`;
}

export function renderSide({ letter, shape }: Side): Html {
	return html`<i class="${shape}">${letter}</i>`;
}

/** From and to are said by the heads of row and column. */
function sayCell(cell: CellVerdict): string {
	const { declared, predicted, observed } = sidesOf(cell);
	const verdict = cell.waiver === undefined ? cell.verdict : `${cell.verdict}, waived`;
	return `${verdict}; declared ${declared.says}, predicted ${predicted.says}, observed ${observed.says}`;
}
