import type { Span } from './chaos-spans.ts';
import type { Stretch } from './chaos-timeline.ts';
import type { StreamTry } from './stream-tries.ts';

/** Tries one after the other that went otherwise than they are meant to. */
export interface Window extends Span {
	/** From the first to the last. */
	tries: StreamTry[];
}

export interface StretchFindings {
	/** From the change that the path follows until it did; undefined: nothing had changed for it, or it never did. */
	following: Span | undefined;
	/** It never came to be as it is meant to. */
	never: boolean;
	windows: Window[];
}

/** Times of probes and of changes come from two clocks, `clockError` apart at most; `hold`: so long a change has to last. */
interface Exactness {
	clockError: number;
	hold: number;
}

/**
 * A forbidden path: how long after the change it was closed, and when tokens arrived all the same. `tries`: all of the
 * path, in order.
 */
export function inForbidden(stretch: Stretch, tries: readonly StreamTry[], exactness: Exactness): StretchFindings {
	// A new pod is isolated before it starts: nothing about it has to be closed first.
	const follows = stretch.before !== undefined && stretch.before !== 'absent';
	const fair = tries.filter((attempt) => !straddles(attempt, stretch, exactness));
	return findingsIn(stretch, fair, exactness, { follows, isAmiss: ({ landed }) => landed !== undefined });
}

/**
 * It was sent while the path was forbidden, and arrived when that was being changed: a SYN that was dropped is sent again after
 * a second, and the probe that should have given up by then may have been held up.
 */
function straddles({ landedAt }: StreamTry, { to, isFollowed }: Stretch, { clockError }: Exactness): boolean {
	return isFollowed && landedAt !== undefined && landedAt > to - clockError;
}

/** An allowed path: how long after the change it was open, and when it was closed all the same. `tries`: those that count. */
export function inAllowed(stretch: Stretch, tries: readonly StreamTry[], exactness: Exactness): StretchFindings {
	const amiss = { follows: stretch.before !== undefined, isAmiss: ({ landed }: StreamTry) => landed !== 'replied' };
	return findingsIn(stretch, tries, exactness, amiss);
}

function findingsIn(
	stretch: Stretch,
	tries: readonly StreamTry[],
	{ clockError, hold }: Exactness,
	{ follows, isAmiss }: { follows: boolean; isAmiss: (attempt: StreamTry) => boolean },
): StretchFindings {
	const [from, to] = [stretch.from + clockError, stretch.to - clockError];
	const inside = tries.filter(({ at, ran }) => ran && at >= from && at <= to);
	if (!follows) return { following: undefined, never: false, windows: windowsOf(inside, stretch, isAmiss) };
	const settled = inside.findIndex((attempt, index) => !isAmiss(attempt) && staysFor(inside, index, hold, isAmiss));
	const first = inside[settled];
	if (!first) return { following: undefined, never: inside.length > 0, windows: [] };
	const last = inside[settled - 1];
	const following = {
		atLeast: last ? Math.max(0, last.at - stretch.from - clockError) : 0,
		atMost: first.sentBy - stretch.from + clockError,
	};
	return { following, never: false, windows: windowsOf(inside.slice(settled), stretch, isAmiss) };
}

function staysFor(
	tries: readonly StreamTry[],
	index: number,
	hold: number,
	isAmiss: (attempt: StreamTry) => boolean,
): boolean {
	const until = (tries[index]?.at ?? 0) + hold;
	for (let next = index + 1; next < tries.length; next += 1) {
		const attempt = tries[next];
		if (!attempt || attempt.at > until) return true;
		if (isAmiss(attempt)) return false;
	}
	return true;
}

/**
 * The path was otherwise at least from the first to the last try of a window, at most from the try before to the try
 * after. A window is not looked for beyond its stretch.
 */
function windowsOf(
	tries: readonly StreamTry[],
	{ from, to }: Stretch,
	isAmiss: (attempt: StreamTry) => boolean,
): Window[] {
	const windows: Window[] = [];
	let open: StreamTry[] = [];
	let before: StreamTry | undefined;
	const close = (after: StreamTry | undefined) => {
		const [first, last] = [open[0], open.at(-1)];
		if (first && last) {
			const atMost = (after?.sentBy ?? to) - (before?.at ?? from);
			windows.push({ tries: open, atLeast: Math.max(0, last.at - first.sentBy), atMost });
		}
		open = [];
	};
	for (const attempt of tries) {
		if (isAmiss(attempt)) open.push(attempt);
		else {
			close(attempt);
			before = attempt;
		}
	}
	close(undefined);
	return windows;
}
