import type { EventOf } from '../model/event.ts';

/** Events that carry the number which a probe gave its record. */
export type NumberedEvent = EventOf<
	| 'result'
	| 'witness'
	| 'identity'
	| 'syn'
	| 'hold-ended'
	| 'overflow'
	| 'record'
	| 'barrier'
	| 'tries'
	| 'sightings'
	| 'streams-ended'
	| 'stalled'
>;

/** What the numbering of one probe's records says: whether any is missing, up to the last one known. */
export interface AgentLog {
	uid: string;
	agent: string;
	seen: Set<number>;
	last: number;
	overflows: number[];
	/** The first missing number below `last`; set by `findGap`. */
	gap: number | undefined;
}

export function addNumbered(logs: Map<string, AgentLog>, event: NumberedEvent): void {
	let log = logs.get(event.uid);
	if (!log) {
		log = { uid: event.uid, agent: event.agent, seen: new Set(), last: 0, overflows: [], gap: undefined };
		logs.set(event.uid, log);
	}
	log.seen.add(event.seq);
	if (event.seq > log.last) log.last = event.seq;
	if (event.is === 'overflow') log.overflows.push(event.n);
}

/**
 * A gap anywhere counts against every epoch, also after its barrier: the missing record may be the witness of a
 * straggler, which would have made the epoch inconclusive.
 */
export function findGap(log: AgentLog): void {
	if (log.seen.size >= log.last && !log.seen.has(0)) return;
	for (let number = 1; number < log.last; number += 1) {
		if (log.seen.has(number)) continue;
		log.gap = number;
		return;
	}
}
