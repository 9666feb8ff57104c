import type { Cell } from '../../src/model/plan.ts';
import type { Observation } from './observation.ts';

/** What a fuzz run has compared so far. */
export interface Tally {
	/** Policy sets, those of shrinking not counted. */
	sets: number;
	allowed: number;
	blocked: number;
	/** Left open by the specification: observed, not compared. */
	open: number;
	/** The evaluator knew every address and still didn't know: its gap. */
	unknown: number;
	/** Compared, but only after addresses were given out. */
	unplanned: number;
	/** No try of theirs could be trusted. */
	unclear: number;
	/** Differences that were gone when they were tried again. */
	passing: number;
	topologies: number;
}

export function emptyTally(): Tally {
	return {
		...{ sets: 0, allowed: 0, blocked: 0, open: 0, unknown: 0, unplanned: 0, unclear: 0, passing: 0, topologies: 0 },
	};
}

export function count(tally: Tally, observed: ReadonlyMap<Cell, Observation>): void {
	tally.sets += 1;
	for (const [{ prediction }, seen] of observed) {
		tally[prediction.verdict] += 1;
		if (seen === 'unclear') tally.unclear += 1;
	}
}

export function describeTally({ sets, topologies, allowed, blocked, ...rest }: Tally): string {
	const compared = allowed + blocked;
	const share = compared === 0 ? 0 : Math.round((100 * blocked) / compared);
	const others = Object.entries(rest).map(([name, number]) => `${number} ${name}`);
	const paths = `${compared} paths compared, ${share}% of them blocked`;
	return `${sets} policy sets on ${topologies} topologies: ${paths}; ${others.join(', ')}`;
}
