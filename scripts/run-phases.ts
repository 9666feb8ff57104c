/** How long the phases of a recorded run of one scenario took. */
import type { EventOf, HistoryEvent } from '../src/model/event.ts';

/** Milliseconds, in order. */
export interface RunPhases {
	phases: { phase: string; duration: number }[];
	/** From the first declared try that was sent to the last result. */
	attempts: number;
	tries: number;
}

export function runPhases(events: readonly HistoryEvent[]): RunPhases {
	const phases: RunPhases['phases'] = [];
	let last = 0;
	const until = (phase: string, at: number | undefined) => {
		if (at === undefined) return;
		phases.push({ phase, duration: at - last });
		last = at;
	};
	until('facts', events.find(({ is }) => is === 'cluster')?.at);
	until('deploy', events.find(({ is }) => is === 'endpoint')?.at);
	until('agents', events.find(({ is }) => is === 'epoch-began')?.at);
	const purposes = new Map<number, string>();
	for (const event of events) {
		if (event.is === 'epoch-began') purposes.set(event.epoch, event.purpose);
		if (event.is === 'change') until(event.action, event.at);
		if (event.is === 'epoch-ended') until(purposes.get(event.epoch) ?? '', event.at);
	}
	until('undeploy', events.find(({ is }) => is === 'run-ended')?.at);
	return { phases, ...declared(events, purposes) };
}

function declared(events: readonly HistoryEvent[], purposes: ReadonlyMap<number, string>) {
	const ofDeclared = (event: { epoch: number }) => purposes.get(event.epoch) === 'declared';
	const sent = events.filter((event): event is EventOf<'try'> => event.is === 'try' && ofDeclared(event));
	const answered = events.filter((event): event is EventOf<'result'> => event.is === 'result' && ofDeclared(event));
	return { attempts: (answered.at(-1)?.at ?? Number.NaN) - (sent[0]?.at ?? 0), tries: sent.length };
}
