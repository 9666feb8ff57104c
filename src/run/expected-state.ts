import type { Cell } from '../model/plan.ts';

/** What a cell's path is meant to be; undefined where no stance is taken. */
export function expectedState(cell: Cell): 'open' | 'closed' | undefined {
	const stance = cell.expectation === 'predicted' ? cell.prediction.verdict : cell.expectation;
	if (stance === 'blocked') return 'closed';
	return stance === 'allowed' || stance === 'unprotected' ? 'open' : undefined;
}
