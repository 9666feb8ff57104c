import type { OutcomeCode } from '../model/outcome.ts';
import type { Observed } from '../model/verdict.ts';
import type { TryRecord } from './try-record.ts';

/** What was seen of a cell's declared tries, for reports. */
export function observe(tries: readonly TryRecord[]): Observed {
	const outcomes: Partial<Record<OutcomeCode, number>> = {};
	for (const code of tries.flatMap(({ result }) => (result ? [result.outcome.code] : [])).sort()) {
		outcomes[code] = (outcomes[code] ?? 0) + 1;
	}
	return {
		state: observedState(tries),
		tries: tries.length,
		outcomes,
		delivered: tries.filter(({ event, witnesses }) => witnesses.some(({ uid }) => event.targets.includes(uid))).length,
		synReceived: tries.filter(({ syns }) => syns.length > 0).length,
		roundTrip: medianRoundTrip(tries),
	};
}

/** Two SYNs count as open, as they do for a leak. */
export function observedState(tries: readonly TryRecord[]): Observed['state'] {
	if (tries.some(({ seen }) => seen.lands !== undefined)) return 'open';
	if (tries.filter(({ seen, reused }) => seen.syn && !reused).length >= 2) return 'open';
	const clear = tries.length > 0 && tries.every(({ seen }) => seen.ran && !seen.straddles && seen.other === undefined);
	return clear ? 'closed' : 'unknown';
}

function medianRoundTrip(tries: readonly TryRecord[]): number | undefined {
	const times = tries
		.flatMap(({ seen, result }) => (seen.lands === 'replied' && result ? [result.endedAt - result.startedAt] : []))
		.sort((a, b) => a - b);
	const middle = times[Math.floor(times.length / 2)];
	return middle === undefined ? undefined : Math.round(middle * 1000) / 1000;
}
