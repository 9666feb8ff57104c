import type { Stretch } from './chaos-timeline.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import { probesOf, type StreamRecord } from './stream-history.ts';
import type { StreamTry } from './stream-tries.ts';

/** Milliseconds. */
const leastAnswerTime = 50;
/** A probe that was held up for a larger share of a try than this was perhaps not able to send it in time either. */
const mostStalled = 0.25;

/**
 * Tries of a path whose silence says that it had no answer, beside those that had one: their wait was not cut short by a
 * change, nor by a client or a target that was held up.
 */
export function fairTries(
	{ streams: { stalls } }: ScenarioHistory,
	streams: readonly StreamRecord[],
	tries: readonly StreamTry[],
	allowed: readonly Stretch[],
): StreamTry[] {
	const enough = enoughFor(tries);
	const held = [...probesOf(streams)].flatMap((uid) => stalls.get(uid) ?? []);
	const isFair = ({ at, endedAt }: StreamTry): boolean => {
		// Sent shortly before its path was no longer allowed, it was perhaps cut by that.
		if (allowed.some(({ from, to }) => at >= from && at <= to && to - at < enough)) return false;
		const stalled = held.reduce(
			(sum, { from, to }) => sum + Math.max(0, Math.min(to, endedAt) - Math.max(from, at)),
			0,
		);
		const wait = endedAt - at;
		return stalled === 0 || (stalled <= mostStalled * wait && wait - stalled >= enough);
	};
	return tries.filter((attempt) => attempt.landed === 'replied' || isFair(attempt));
}

/** Three times what the slowest answers take. */
function enoughFor(tries: readonly StreamTry[]): number {
	const took = tries.flatMap(({ landed, at, endedAt }) => (landed === 'replied' ? [endedAt - at] : []));
	const slow = took.sort((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? 0;
	return Math.max(leastAnswerTime, 3 * slow);
}
