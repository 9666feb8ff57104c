import type { ClusterTiming } from '../model/cluster.ts';

/** The longest wait: below the kernel's first SYN retransmission (RFC 6298, one second), so that a try has one SYN. */
export const longestWait = 900;
/** A reply has this many times the slowest control's round trip to arrive. */
const factor = 3;

/** The wait of one epoch's tries, and what its controls have shown so far. Milliseconds. */
export interface EpochWait {
	current: number;
	roundTrips: number[];
}

export interface Calibration {
	wait: number;
	floor: number;
	samples: number;
	median: number;
	slowest: number;
}

/**
 * How long to wait before a try counts as unanswered, from what controls in the same burst needed: replied tries and
 * pings of the agents. Milliseconds.
 */
export function calibrate(roundTrips: readonly number[], timing: ClusterTiming): Calibration {
	const sorted = [...roundTrips].sort((a, b) => a - b);
	const slowest = sorted.at(-1) ?? 0;
	const wait = Math.min(longestWait, Math.max(timing.waitFloor, Math.ceil(slowest * factor)));
	return {
		wait: sorted.length === 0 ? longestWait : wait,
		floor: timing.waitFloor,
		samples: sorted.length,
		median: round(sorted[Math.floor(sorted.length / 2)] ?? 0),
		slowest: round(slowest),
	};
}

function round(milliseconds: number): number {
	return Math.round(milliseconds * 1000) / 1000;
}
