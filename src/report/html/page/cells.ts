import type { CellVerdict } from '../../../model/verdict.ts';
import { type PackedVerdicts, unpackCells } from '../packed-verdicts.ts';

let cells: CellVerdict[] | undefined;

/** All cells of the run. Megabytes in a large run, so they are read when first asked for, not while the page loads. */
export function allCells(): CellVerdict[] {
	// The page's own renderer wrote it: nothing else can be there.
	cells ??= unpackCells(JSON.parse(document.getElementById('verdicts')?.textContent ?? '') as PackedVerdicts);
	return cells;
}
