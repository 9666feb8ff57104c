/** How long the phases of a recorded run of one scenario took. */
import { phasesOf } from '../src/judge/phases.ts';
import type { Phase } from '../src/model/cluster.ts';
import type { EventOf, HistoryEvent } from '../src/model/event.ts';

export interface RunPhases {
	/** In order; the cluster's facts first. */
	phases: Phase[];
	/** From the first declared try that was sent to the last result. Milliseconds. */
	attempts: number;
	tries: number;
}

export function runPhases(events: readonly HistoryEvent[]): RunPhases {
	const facts = events.find(({ is }) => is === 'cluster')?.at ?? 0;
	const scenario = phasesOf(events.filter((event) => 'scenario' in event));
	return { phases: [{ phase: 'facts', duration: facts }, ...scenario], ...declared(events) };
}

function declared(events: readonly HistoryEvent[]) {
	const epochs = new Set(
		events.flatMap((event) => (event.is === 'epoch-began' && event.purpose === 'declared' ? [event.epoch] : [])),
	);
	const sent = events.filter((event): event is EventOf<'try'> => event.is === 'try' && epochs.has(event.epoch));
	const answered = events.filter(
		(event): event is EventOf<'result'> => event.is === 'result' && epochs.has(event.epoch),
	);
	return { attempts: (answered.at(-1)?.at ?? Number.NaN) - (sent[0]?.at ?? 0), tries: sent.length };
}
