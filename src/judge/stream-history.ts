import type { EventOf, HistoryEvent } from '../model/event.ts';

/** What the history holds about one stream of continuous attempts. */
export interface StreamRecord {
	began: EventOf<'stream-began'> | undefined;
	results: EventOf<'tries'>[];
	sightings: EventOf<'sightings'>[];
	/** Tries that were left out; undefined where its end is not on record. */
	left: number | undefined;
}

export interface StreamHistory {
	byToken: Map<string, StreamRecord>;
	byCell: Map<string, StreamRecord[]>;
	/** By step. */
	began: Map<number, EventOf<'chaos-began'>>;
	/** By the uid of the agent. */
	clocks: Map<string, EventOf<'clock'>[]>;
	/** When a probe was held up, by its uid. */
	stalls: Map<string, EventOf<'stalled'>[]>;
}

export function newStreamHistory(): StreamHistory {
	return { byToken: new Map(), byCell: new Map(), began: new Map(), clocks: new Map(), stalls: new Map() };
}

/** False where the event says nothing about streams. A stream of a new pod may be told of before its beginning is. */
export function addToStreams(streams: StreamHistory, event: HistoryEvent): boolean {
	switch (event.is) {
		case 'chaos-began':
			streams.began.set(event.step, event);
			return true;
		case 'clock':
			streams.clocks.set(event.uid, [...(streams.clocks.get(event.uid) ?? []), event]);
			return true;
		case 'stream-began': {
			const record = recordOf(streams, event.stream);
			record.began = event;
			streams.byCell.set(event.cell, [...(streams.byCell.get(event.cell) ?? []), record]);
			return true;
		}
		case 'stalled':
			streams.stalls.set(event.uid, [...(streams.stalls.get(event.uid) ?? []), event]);
			return true;
		case 'tries':
			recordOf(streams, event.stream).results.push(event);
			return true;
		case 'sightings':
			recordOf(streams, event.stream).sightings.push(event);
			return true;
		case 'streams-ended':
			for (const { stream, left } of event.streams) recordOf(streams, stream).left = left;
			return true;
		default:
			return false;
	}
}

/** Tries that the client says it sent. */
export function countRan({ outcomes, tries }: EventOf<'tries'>): number {
	return tries.filter(([, , , outcome]) => outcomes[outcome]?.code !== 'not-run').length;
}

/** What belongs to no stream that began is as strange as a token that belongs to no try. */
export function noteUnexplained(streams: StreamHistory, unexplained: Map<string, number[]>): void {
	for (const { began, results, sightings } of streams.byToken.values()) {
		if (began) continue;
		for (const { uid, n } of [...results, ...sightings]) unexplained.set(uid, [...(unexplained.get(uid) ?? []), n]);
	}
}

function recordOf(streams: StreamHistory, token: string): StreamRecord {
	let record = streams.byToken.get(token);
	if (!record) {
		record = { began: undefined, results: [], sightings: [], left: undefined };
		streams.byToken.set(token, record);
	}
	return record;
}

/** UIDs of those whose clocks and pauses matter for streams: their clients, and their targets. */
export function probesOf(streams: readonly StreamRecord[]): Set<string> {
	return new Set(streams.flatMap(({ began }) => (began ? [began.from, ...began.targets] : [])));
}
