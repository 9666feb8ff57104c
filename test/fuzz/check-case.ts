import type { Cell } from '../../src/model/plan.ts';
import { type Difference, differences, type Predicted, predict } from './comparison.ts';
import type { Observation } from './observation.ts';
import type { PolicyCase } from './random-policy.ts';
import type { TestBed } from './test-bed.ts';

export interface CheckedCase {
	predicted: Predicted;
	observed: Map<Cell, Observation>;
	/** Confirmed: seen in every one of several tries, towards servers that answer themselves. */
	differences: Difference[];
	/** Differences that were gone when they were tried again. */
	passing: number;
}

/** A difference is tried so often more; each time later and with a longer wait, so that no single disturbance explains it. */
const confirmations = [
	{ pause: 50, waitFloor: 300 },
	{ pause: 300, waitFloor: 600 },
	{ pause: 300, waitFloor: 900 },
] as const;

/**
 * Puts a case into force on a deployment and compares every path with what the evaluator says. Afterwards no policy is
 * left. `times`: how often a difference is tried again; one is enough while shrinking, whose result is checked in full.
 * A lost packet or a dead server is never a difference.
 */
export async function checkCase(
	{ before, policies }: PolicyCase,
	paths: readonly Cell[],
	bed: TestBed,
	times: number = confirmations.length,
): Promise<CheckedCase> {
	if (before.length > 0) {
		const earlier = () => predict(before, paths, bed).cells;
		const settled = await bed.apply(before, earlier);
		// Where rules come into force late, what was open or shut has to be known to see the change.
		if (settled) await bed.attempt(settled);
	}
	const predicted = predict(policies, paths, bed);
	await bed.apply(policies, () => predicted.cells);
	const observed = await bed.attempt(predicted.cells);
	const suspects = differences(observed);
	const confirmed = suspects.length > 0 ? await confirm(suspects, bed, times) : [];
	await bed.apply([], () => predict([], paths, bed).cells);
	const found = confirmed.length > 0 ? await withLivingServers(confirmed, bed) : [];
	return { predicted, observed, differences: found, passing: suspects.length - found.length };
}

async function confirm(suspects: Difference[], bed: TestBed, times: number): Promise<Difference[]> {
	let left = suspects;
	for (const { pause, waitFloor } of confirmations.slice(0, times)) {
		if (left.length === 0) break;
		await bed.pause(pause);
		const again = await bed.attempt(
			left.map(({ cell }) => cell),
			waitFloor,
		);
		left = differences(again);
	}
	return left;
}

/**
 * A path that is shut although it should be open counts only when its server answers itself. That it was open when the
 * topology was deployed is known; that it opens again is not asked, for a rule that stays behind must be noticed.
 */
async function withLivingServers(confirmed: Difference[], bed: TestBed): Promise<Difference[]> {
	const serving = await Promise.all(confirmed.map(({ cell }) => bed.isServing(cell)));
	return confirmed.filter((_, index) => serving[index]);
}
