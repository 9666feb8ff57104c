import { type CellVerdict, type Verdict, verdicts } from '../model/verdict.ts';

/** The worst of several; undefined of none. */
export function worst(all: Iterable<Verdict>): Verdict | undefined {
	const present = new Set(all);
	return verdicts.find((verdict) => present.has(verdict));
}

export function noCounts(): Record<Verdict, number> {
	return { leak: 0, broken: 0, inconclusive: 0, skipped: 0, unprotected: 0, observed: 0, enforced: 0 };
}

export function countVerdicts(cells: Iterable<{ verdict: Verdict }>): Record<Verdict, number> {
	const counts = noCounts();
	for (const { verdict } of cells) counts[verdict] += 1;
	return counts;
}

/** `expect: predicted` without a prediction: listed as skipped, but no part of what a scenario comes to. */
export function isLeftOut(cell: CellVerdict): boolean {
	return cell.verdict === 'skipped' && cell.reasons.some(({ code }) => code === 'left-out');
}
