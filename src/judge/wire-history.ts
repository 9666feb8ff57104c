import type { EventOf, HistoryEvent } from '../model/event.ts';

/** What one capture program said. */
export interface CaptureLog {
	began: EventOf<'capture-began'> | undefined;
	barrier: EventOf<'capture-barrier'> | undefined;
	/** Numbers of its lines. */
	seen: Set<number>;
}

/** What is known of the wire in one scenario. */
export interface WireHistory {
	captures: Map<string, CaptureLog>;
	failures: EventOf<'capture-failed'>[];
	markers: EventOf<'wire-marker'>[];
	/** By token. */
	sightings: Map<string, EventOf<'wire-token'>[]>;
}

export function newWireHistory(): WireHistory {
	return { captures: new Map(), failures: [], markers: [], sightings: new Map() };
}

/** Whether the event is about the wire. */
export function addToWire(wire: WireHistory, event: HistoryEvent): boolean {
	switch (event.is) {
		case 'capture-began':
			logOf(wire, event.capture).began ??= event;
			return true;
		case 'capture-failed':
			wire.failures.push(event);
			return true;
		case 'wire-marker':
			wire.markers.push(event);
			return true;
		case 'wire-token': {
			logOf(wire, event.capture).seen.add(event.seq);
			const earlier = wire.sightings.get(event.token);
			if (earlier) earlier.push(event);
			else wire.sightings.set(event.token, [event]);
			return true;
		}
		case 'capture-barrier': {
			const log = logOf(wire, event.capture);
			log.seen.add(event.seq);
			log.barrier = event;
			return true;
		}
		default:
			return false;
	}
}

/** The capture of an epoch on the host side of a pod, and its interface there. */
export function captureOf(
	wire: WireHistory,
	epoch: number,
	uid: string,
): { log: CaptureLog; began: EventOf<'capture-began'>; interface: string } | undefined {
	for (const log of wire.captures.values()) {
		const { began } = log;
		if (began?.epoch !== epoch) continue;
		const side = began.interfaces.find((one) => one.uid === uid);
		if (side) return { log, began, interface: side.name };
	}
	return undefined;
}

/** The first number below the barrier's that is missing. */
export function missingLine({ seen, barrier }: CaptureLog): number | undefined {
	for (let number = 1; number < (barrier?.seq ?? 0); number += 1) if (!seen.has(number)) return number;
	return undefined;
}

function logOf(wire: WireHistory, capture: string): CaptureLog {
	let log = wire.captures.get(capture);
	if (!log) {
		log = { began: undefined, barrier: undefined, seen: new Set() };
		wire.captures.set(capture, log);
	}
	return log;
}
