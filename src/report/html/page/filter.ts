import type { CellVerdict } from '../../../model/verdict.ts';
import { allCells } from './cells.ts';
import { byId } from './elements.ts';
import { makeReachable } from './keys.ts';

let texts: string[] | undefined;

/** What a cell can be found by, in lower case: who, where, why. */
function textsOf(): string[] {
	texts ??= allCells().map((cell: CellVerdict) =>
		[
			cell.id,
			cell.because ?? '',
			cell.position.file,
			...[...cell.reasons, ...cell.findings].flatMap(({ code, text }) => [code, text]),
		]
			.join('\n')
			.toLowerCase(),
	);
	return texts;
}

/** Shows the cells that have one of the pressed verdicts and every word of the text; with neither, all. */
export function applyFilter(): void {
	const words = (byId('filter-text') as HTMLInputElement).value.toLowerCase().split(/\s+/).filter(Boolean);
	const pressed = new Set(
		[...document.querySelectorAll<HTMLElement>('.choice[aria-pressed="true"]')].map(
			(choice) => choice.dataset['verdict'],
		),
	);
	const active = words.length > 0 || pressed.size > 0;
	const shown = allCells().map(
		(cell, place) =>
			(pressed.size === 0 || pressed.has(cell.verdict)) && words.every((word) => textsOf()[place]?.includes(word)),
	);
	for (const scenario of document.querySelectorAll<HTMLDetailsElement>('.scenario'))
		filterScenario(scenario, shown, active);
	for (const finding of document.querySelectorAll<HTMLElement>('.finding')) {
		finding.hidden = active && !(finding.dataset['cells'] ?? '').split(' ').some((place) => shown[Number(place)]);
	}
	const count = shown.filter(Boolean).length;
	byId('filter-count').textContent = active ? `${count} of ${shown.length} cells` : '';
}

/** While a filter is on, what it leaves of a scenario is unfolded; afterwards it is as it was. */
function filterScenario(scenario: HTMLDetailsElement, shown: boolean[], active: boolean): void {
	let any = false;
	for (const matrix of scenario.querySelectorAll<HTMLElement>('.matrix')) any = filterMatrix(matrix, shown) || any;
	scenario.hidden = active && !any;
	scenario.dataset['before'] ??= String(scenario.open);
	scenario.open = active ? any : scenario.dataset['before'] === 'true';
	if (!active) delete scenario.dataset['before'];
}

/** Leaves rows and columns that have a match, and says whether there are any; what doesn't match in them is dimmed. */
function filterMatrix(matrix: HTMLElement, shown: boolean[]): boolean {
	const rows = [...matrix.querySelectorAll<HTMLTableRowElement>('tbody tr')];
	// The heads of rows stay.
	const columns = new Set([0]);
	for (const row of rows) {
		let any = false;
		for (const square of row.querySelectorAll<HTMLElement>('.sq')) {
			const matches = shown[Number(square.dataset['c'])] === true;
			square.classList.toggle('off', !matches);
			if (!matches) continue;
			any = true;
			columns.add(square.closest('td')?.cellIndex ?? 0);
		}
		row.hidden = !any;
	}
	for (const row of matrix.querySelectorAll('tr')) {
		[...row.cells].forEach((cell, index) => {
			cell.hidden = !columns.has(index);
		});
	}
	const first = matrix.querySelector<HTMLElement>('.sq:not(.off)');
	matrix.hidden = first === null;
	if (first !== null) makeReachable(first);
	return first !== null;
}
