import type { EventOf } from '../model/event.ts';
import type { TryRecord } from './try-record.ts';

/** The two readings of a control, before and after the tries of an epoch. */
export interface BeforeAfter<Event> {
	before: Event[];
	after: Event[];
}

/** A stretch without changes, with all that the history says about it. */
export interface Epoch {
	number: number;
	began: EventOf<'epoch-began'> | undefined;
	ended: EventOf<'epoch-ended'> | undefined;
	/** A token seen outside [opens, closes] straddles a change; milliseconds of the run. */
	opens: number;
	closes: number;
	tries: TryRecord[];
	calibrations: EventOf<'calibration'>[];
	losses: BeforeAfter<EventOf<'losses'>>;
	/** By uid. */
	counters: Map<string, BeforeAfter<EventOf<'counters'>>>;
	selfChecks: Map<string, BeforeAfter<EventOf<'self-check'>>>;
	barriers: Map<string, EventOf<'barrier'>>;
	/** Uids of servers that answered a token that their witness has no record of. */
	missedTokens: Set<string>;
	/** Packets that each client must have sent at least, by uid. */
	mustHaveSent: Map<string, number>;
}

export function newEpoch(number: number): Epoch {
	return {
		number,
		began: undefined,
		ended: undefined,
		opens: Number.NEGATIVE_INFINITY,
		closes: Number.POSITIVE_INFINITY,
		tries: [],
		calibrations: [],
		losses: { before: [], after: [] },
		counters: new Map(),
		selfChecks: new Map(),
		barriers: new Map(),
		missedTokens: new Set(),
		mustHaveSent: new Map(),
	};
}

/**
 * Sets the window of an epoch. Where a line is missing, the next best bound is taken: a token cannot be seen before
 * its try was written, and the next change ends the stretch at the latest.
 */
export function setWindow(epoch: Epoch, changes: readonly EventOf<'change'>[]): void {
	const firstTry = epoch.tries[0]?.event;
	epoch.opens = epoch.began?.at ?? firstTry?.at ?? Number.NEGATIVE_INFINITY;
	const start = epoch.began?.n ?? firstTry?.n ?? 0;
	const next = changes.find((change) => change.n > start);
	epoch.closes = epoch.ended?.at ?? next?.requestedAt ?? Number.POSITIVE_INFINITY;
}
