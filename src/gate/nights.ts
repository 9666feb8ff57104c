/** Something that began at a moment. */
interface Begun {
	startedAt: string;
}

/**
 * Runs as nights, the oldest first, each with its runs in the order in which they began. The last run and those that began
 * within `span` milliseconds before it are one night, and so on backwards: without a time zone, and whatever day it is.
 */
export function groupNights<Run extends Begun>(runs: readonly Run[], span: number): Run[][] {
	const ordered = runs.toSorted((one, other) => beginOf(one) - beginOf(other));
	const nights: Run[][] = [];
	let last = Number.POSITIVE_INFINITY;
	for (const run of ordered.toReversed()) {
		const night = nights[0];
		if (night && beginOf(run) >= last - span) night.unshift(run);
		else {
			nights.unshift([run]);
			last = beginOf(run);
		}
	}
	return nights;
}

function beginOf({ startedAt }: Begun): number {
	return Date.parse(startedAt);
}
