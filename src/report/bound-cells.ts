import { type RunVerdicts, verdicts } from '../model/verdict.ts';

/**
 * A run with its worst cells alone, where it has more than `most`: those of one verdict in the order in which they stand.
 * Counts stay those of the whole. A scenario may be left without cells.
 */
export function boundCells(run: RunVerdicts, most: number): { run: RunVerdicts; leftOut: number } {
	const total = run.scenarios.reduce((sum, { cells }) => sum + cells.length, 0);
	if (total <= most) return { run, leftOut: 0 };
	let room = most;
	const rooms = new Map(
		verdicts.map((verdict) => {
			const taken = Math.min(room, run.counts[verdict]);
			room -= taken;
			return [verdict, taken];
		}),
	);
	const scenarios = run.scenarios.map((scenario) => ({
		...scenario,
		cells: scenario.cells.filter(({ verdict }) => {
			const left = rooms.get(verdict) ?? 0;
			rooms.set(verdict, left - 1);
			return left > 0;
		}),
	}));
	return { run: { ...run, scenarios }, leftOut: total - most };
}
