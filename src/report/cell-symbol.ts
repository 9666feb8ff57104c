import { type CellVerdict, verdicts } from '../model/verdict.ts';
import type { Style } from './paint.ts';

/** How one cell is drawn: a letter that says everything without colour, and a colour that finds the eye. */
export interface CellSymbol {
	letter: string;
	means: string;
	styles: Style[];
}

const symbols = {
	leak: { letter: 'L', means: 'leak', styles: ['bold', 'whiteBright', 'bgRed'] },
	broken: { letter: 'B', means: 'broken', styles: ['bold', 'black', 'bgYellow'] },
	waived: { letter: 'w', means: 'failed, and waived', styles: ['bold', 'magenta'] },
	inconclusive: { letter: '?', means: 'inconclusive', styles: ['bold', 'yellow'] },
	skipped: { letter: 's', means: 'skipped', styles: ['gray'] },
	unprotected: { letter: 'u', means: 'unprotected, as declared', styles: ['magenta'] },
	observedOpen: { letter: 'o', means: 'observed open', styles: ['cyan'] },
	observedClosed: { letter: 'c', means: 'observed closed', styles: ['cyan'] },
	allowed: { letter: '·', means: 'allowed and open', styles: ['green'] },
	blocked: { letter: '■', means: 'blocked and closed', styles: ['green'] },
} as const satisfies Record<string, CellSymbol>;

/** In the order of the legend: what is well first, then the worst. */
export const legend: readonly CellSymbol[] = [
	symbols.blocked,
	symbols.allowed,
	symbols.leak,
	symbols.broken,
	symbols.inconclusive,
	symbols.waived,
	symbols.unprotected,
	symbols.observedOpen,
	symbols.observedClosed,
	symbols.skipped,
];

export function symbolOf(cell: CellVerdict): CellSymbol {
	if (cell.waiver !== undefined) return symbols.waived;
	switch (cell.verdict) {
		case 'enforced':
			return cell.observed.state === 'open' ? symbols.allowed : symbols.blocked;
		case 'observed':
			if (cell.observed.state === 'unknown') return symbols.inconclusive;
			return cell.observed.state === 'open' ? symbols.observedOpen : symbols.observedClosed;
		default:
			return symbols[cell.verdict];
	}
}

/** The worse of two cells on the same square, as verdicts combine. */
export function worse(one: CellVerdict, other: CellVerdict): CellVerdict {
	return verdicts.indexOf(other.verdict) < verdicts.indexOf(one.verdict) ? other : one;
}
