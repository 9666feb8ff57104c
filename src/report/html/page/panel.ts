import { allCells } from './cells.ts';
import { byId } from './elements.ts';
import { describeCell } from './evidence.ts';

/** The panel with one cell's evidence. The address names the cell, so that a link to it can be kept and sent. */
let opener: HTMLElement | undefined;

/** The square of a cell; none where the page has no such cell. */
export function squareOf(place: number): HTMLElement | undefined {
	return document.querySelector<HTMLElement>(`button[data-c="${place}"]`) ?? undefined;
}

/** `from`: gets the focus back. `focus`: who came by keyboard reads on in the panel. */
export function openPanel(place: number, from: HTMLElement, focus: boolean): void {
	const cell = allCells()[place];
	if (cell === undefined) return;
	opener = from;
	const panel = byId('evidence');
	panel.replaceChildren(...describeCell(cell));
	panel.className = cell.verdict;
	panel.hidden = false;
	panel.scrollTop = 0;
	document.documentElement.classList.add('panel');
	mark(squareOf(place));
	// Unlike encodeURIComponent it takes any text.
	history.replaceState(null, '', `#${new URLSearchParams({ cell: cell.id }).toString()}`);
	if (focus) panel.focus({ preventScroll: true });
	from.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

export function isPanelOpen(): boolean {
	return !byId('evidence').hidden;
}

export function closePanel(): void {
	if (!isPanelOpen()) return;
	byId('evidence').hidden = true;
	document.documentElement.classList.remove('panel');
	mark(undefined);
	history.replaceState(null, '', location.pathname + location.search);
	opener?.focus({ preventScroll: true });
}

/** Opens the cell that the address names, unfolding its scenario. */
export function openFromAddress(): void {
	const id = new URLSearchParams(location.hash.slice(1)).get('cell');
	if (id === null) return;
	const place = allCells().findIndex((cell) => cell.id === id);
	const square = squareOf(place);
	if (square === undefined) return;
	square.closest('details')?.setAttribute('open', '');
	openPanel(place, square, false);
	square.scrollIntoView({ block: 'center', inline: 'nearest' });
}

function mark(square: HTMLElement | undefined): void {
	for (const marked of document.querySelectorAll('.sq[aria-current]')) marked.removeAttribute('aria-current');
	square?.setAttribute('aria-current', 'true');
}
