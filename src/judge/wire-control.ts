import type { IpFamily } from '../model/address.ts';
import type { EventOf } from '../model/event.ts';
import { addressText } from './address-text.ts';
import { type Control, held, missing } from './control.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import type { TryRecord } from './try-record.ts';
import { captureOf, missingLine } from './wire-history.ts';

/**
 * A request over mutual TLS carries at least the probes' line, and its answer at least the line that is sent back
 * (src/agent/wire.ts); encryption makes neither shorter. Bytes.
 */
const leastRequest = 37;
const leastAnswer = 107;

/**
 * Whether the host side of a pod was captured while these tries, all of one epoch, were made: markers of the pod were seen
 * there before and after, nothing was dropped, and no line of the capture is missing. Only then is a token that was not
 * seen not there.
 */
export function sideControls(
	history: ScenarioHistory,
	epoch: number,
	side: EventOf<'endpoint'>,
	family: IpFamily,
	tries: readonly TryRecord[],
): Control[] {
	const { wire } = history;
	const captured = `wire captured: ${side.name}`;
	const capture = captureOf(wire, epoch, side.uid);
	if (!capture) {
		const failure = wire.failures.find((one) => one.epoch === epoch);
		const why = failure ? `${side.name}: ${failure.reason}` : side.name;
		return [missing(captured, 'wire-not-captured', why)];
	}
	const { log, interface: name } = capture;
	return [
		held(captured, `interface ${name}`),
		markerControl(history, epoch, { side, family, name }, tries),
		recordsControl(log, capture.began.capture),
		dropsControl(log, side.name, name),
	];
}

function markerControl(
	{ wire }: ScenarioHistory,
	epoch: number,
	{ side, family, name }: { side: EventOf<'endpoint'>; family: IpFamily; name: string },
	tries: readonly TryRecord[],
): Control {
	const control = `wire markers: ${side.name}`;
	const first = Math.min(...tries.map(({ event }) => event.n));
	const last = Math.max(...tries.map(({ event, result }) => result?.n ?? event.n));
	const own = wire.markers.filter((one) => one.epoch === epoch && one.from === side.uid && one.family === family);
	const sightings = (when: 'before' | 'after') =>
		own
			.filter((one) => one.when === when)
			.flatMap(({ n, token }) =>
				(wire.sightings.get(token) ?? [])
					.filter((sighting) => sighting.interface === name && sighting.n > n)
					.map((sighting) => ({ sent: n, seen: sighting.n })),
			);
	if (!sightings('before').some(({ seen }) => seen < first)) {
		return missing(control, 'wire-marker-missing', `${side.name}, before the tries`);
	}
	if (!sightings('after').some(({ sent }) => sent > last)) {
		return missing(control, 'wire-marker-missing', `${side.name}, after the tries`);
	}
	return held(control, `seen on ${name} before and after`);
}

function recordsControl(log: Parameters<typeof missingLine>[0], capture: string): Control {
	const control = `wire records: ${capture}`;
	if (!log.barrier) return missing(control, 'wire-no-barrier', capture);
	const gap = missingLine(log);
	if (gap !== undefined) return missing(control, 'wire-gap', `${capture}, line ${gap}`);
	return held(control, `barrier is line ${log.barrier.seq}`);
}

function dropsControl(log: Parameters<typeof missingLine>[0], pod: string, name: string): Control {
	const control = `wire whole: ${pod}`;
	const totals = log.barrier?.interfaces.find((one) => one.name === name);
	if (!totals) return missing(control, 'wire-no-barrier', pod);
	const { drops, packets, bytes } = totals;
	if (drops !== 0) return missing(control, 'wire-drops', `${pod}: ${drops} packets`);
	return held(control, `${packets} packets, ${bytes} bytes, none dropped`);
}

/**
 * As much application data of TLS went to and fro as the answered tries between the two must have made: they went where
 * was captured, and went encrypted. `sides`: those of the two that were captured.
 */
export function flowControl(
	history: ScenarioHistory,
	epoch: number,
	{ client, server, family }: { client: EventOf<'endpoint'>; server: EventOf<'endpoint'>; family: IpFamily },
	sides: readonly EventOf<'endpoint'>[],
): Control {
	const control = `wire encrypted: ${client.name} → ${server.name}`;
	const [from, to] = [client, server].map(({ addresses }) => addressText(addresses[family] ?? ''));
	const answered = history.tries.filter(
		({ event, clientUid, seen }) =>
			event.epoch === epoch &&
			event.family === family &&
			clientUid === client.uid &&
			seen.by === server.uid &&
			seen.lands === 'replied' &&
			history.cells.get(event.cell)?.kind === 'mtls',
	).length;
	const needed = { there: answered * leastRequest, back: answered * leastAnswer };
	for (const side of sides) {
		const capture = captureOf(history.wire, epoch, side.uid);
		const flows = (capture?.log.barrier?.flows ?? []).filter((flow) => flow.interface === capture?.interface);
		const bytes = (source = '', target = '') =>
			flows
				.filter((flow) => addressText(flow.from) === source && addressText(flow.to) === target)
				.reduce((sum, flow) => sum + flow.bytes, 0);
		const [there, back] = [bytes(from, to), bytes(to, from)];
		const detail = `at ${side.name} ${there} bytes there and ${back} back, ${answered} answered tries`;
		if (there < needed.there || back < needed.back) return missing(control, 'wire-no-flow', detail);
	}
	return held(control, `TLS application data of ${answered} answered tries`);
}
