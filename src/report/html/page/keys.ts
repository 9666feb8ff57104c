const steps: Record<string, [number, number]> = {
	ArrowUp: [-1, 0],
	ArrowDown: [1, 0],
	ArrowLeft: [0, -1],
	ArrowRight: [0, 1],
};

/** The square that a key leads to from this one; undefined at the edge, or for another key. Empty and hidden ones are passed over. */
export function nextSquare(square: HTMLElement, key: string): HTMLElement | undefined {
	const row = square.closest('tr');
	if (row === null) return undefined;
	const inRow = squaresOf(row);
	if (key === 'Home') return inRow[0];
	if (key === 'End') return inRow.at(-1);
	const step = steps[key];
	if (step === undefined) return undefined;
	if (step[0] === 0) return inRow[inRow.indexOf(square) + step[1]];
	return inColumn(square, row, step[0]);
}

function inColumn(square: HTMLElement, row: HTMLTableRowElement, step: number): HTMLElement | undefined {
	const column = square.closest('td')?.cellIndex ?? -1;
	const rows = [...(row.closest('tbody')?.rows ?? [])];
	for (let index = rows.indexOf(row) + step; rows[index] !== undefined; index += step) {
		const found = rows[index]?.hidden ? null : rows[index]?.cells[column]?.querySelector<HTMLElement>('.sq');
		if (found) return found;
	}
	return undefined;
}

function squaresOf(row: HTMLElement): HTMLElement[] {
	return [...row.querySelectorAll<HTMLElement>('td:not([hidden]) .sq')];
}

/** One square of each matrix is in the order of the Tab key; the others are reached with arrows. */
export function makeReachable(square: HTMLElement): void {
	for (const other of square.closest('table')?.querySelectorAll<HTMLElement>('.sq[tabindex="0"]') ?? [])
		other.tabIndex = -1;
	square.tabIndex = 0;
}
