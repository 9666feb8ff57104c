import type { CellVerdict } from '../../model/verdict.ts';

/** One of the three marks of a square: a letter, a shape (class name of the style sheet), and what it says. */
export interface Side {
	letter: string;
	shape: 'block' | 'ring' | 'dotted';
	says: string;
}

const blocked = { letter: 'b', shape: 'block' } as const;
const allowed = { letter: 'a', shape: 'ring' } as const;

const declaredSides: Record<CellVerdict['expectation'], Side> = {
	blocked: { ...blocked, says: 'blocked' },
	allowed: { ...allowed, says: 'allowed' },
	predicted: { letter: '=', shape: 'dotted', says: 'as predicted' },
	observe: { letter: '–', shape: 'dotted', says: 'nothing, only observed' },
	unprotected: { letter: 'u', shape: 'ring', says: 'unprotected' },
};

const predictedSides: Record<CellVerdict['prediction']['verdict'], Side> = {
	blocked: { ...blocked, says: 'blocked' },
	allowed: { ...allowed, says: 'allowed' },
	open: { letter: '~', shape: 'dotted', says: 'left open by the specification' },
	unknown: { letter: '?', shape: 'dotted', says: 'unknown' },
};

const observedSides: Record<CellVerdict['observed']['state'], Side> = {
	closed: { ...blocked, says: 'closed' },
	open: { ...allowed, says: 'open' },
	unknown: { letter: '?', shape: 'dotted', says: 'unknown' },
};

export interface Sides {
	declared: Side;
	predicted: Side;
	observed: Side;
}

export function sidesOf(cell: CellVerdict): Sides {
	return {
		declared: declaredSides[cell.expectation],
		predicted: predictedSides[cell.prediction.verdict],
		observed: observedSides[cell.observed.state],
	};
}
