import type { EventOf } from '../model/event.ts';
import type { Cell } from '../model/plan.ts';
import type { WireEvidence } from '../model/verdict.ts';
import type { CellContext } from './cell-context.ts';
import { type Control, missing } from './control.ts';
import { failed } from './duties.ts';
import { isNotRun, type Judgement, reasonsOf } from './finding-out.ts';
import { reason } from './reasons.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import type { TryRecord } from './try-record.ts';
import { flowControl, sideControls } from './wire-control.ts';
import { captureOf } from './wire-history.ts';

/** What the wire shows of a cell, with the controls that it rests on. */
export interface Wire extends WireEvidence {
	controls: Control[];
}

/**
 * Undefined for kinds of attempts that say nothing about the wire, where nothing went over one (a pod to itself, or both
 * ends in their node's network), and where packets can't be captured.
 */
export function wireOf(context: CellContext, cell: Cell): Wire | undefined {
	if (cell.kind !== 'mtls' && cell.kind !== 'plaintext') return undefined;
	const { history, captures } = context;
	if (!captures && history.wire.captures.size === 0 && history.wire.failures.length === 0) return undefined;
	const sent = context.declared(cell).filter((record) => wasSent(cell, record) && !record.self);
	// Of plaintext it is only counted what was seen, and where nothing is declared to be unreadable nobody looks.
	if (cell.kind === 'plaintext' && !sent.some(({ event }) => isCaptured(history, event.epoch))) return undefined;
	const controls = controlsOf(history, cell, sent);
	if (controls.length === 0) return undefined;
	const readable = sent.filter(({ sightings }) => sightings.length > 0).length;
	const state = readable > 0 ? 'readable' : failed(controls).length > 0 ? 'unknown' : 'absent';
	return { state, readable, tries: sent.length, controls };
}

/** A client that waits for its server to speak first keeps its token until then. */
function wasSent(cell: Cell, record: TryRecord): boolean {
	return (
		!isNotRun(record) && (cell.first !== 'server' || record.seen.lands !== undefined || record.sightings.length > 0)
	);
}

function isCaptured({ wire }: ScenarioHistory, epoch: number): boolean {
	const began = [...wire.captures.values()].some((log) => log.began?.epoch === epoch);
	return began || wire.failures.some((failure) => failure.epoch === epoch);
}

/** What follows for an `mtls` cell that was judged without the wire. */
export function judgeWire(cell: Cell, found: Judgement, wire: Wire | undefined, allowed: boolean): Judgement {
	if (!wire || cell.kind !== 'mtls' || found.verdict === 'skipped') return found;
	const tokens = `${wire.readable} of ${wire.tries} tokens`;
	const rest = { ...found, controls: [...found.controls, ...wire.controls] };
	if (wire.state === 'readable') {
		// What is not meant to get through says nothing about how it is sent.
		if (!allowed) return { ...found, findings: [...found.findings, reason('readable-on-wire', tokens)] };
		const deciding = [...found.deciding].sort((a, b) => b.sightings.length - a.sightings.length);
		return { ...rest, verdict: 'leak', reasons: [reason('leak-readable', tokens), ...doubtsOf(found)], deciding };
	}
	if (!allowed || found.verdict !== 'enforced') return found;
	if (wire.state === 'unknown') return { ...rest, verdict: 'inconclusive', reasons: reasonsOf(wire.controls) };
	return { ...rest, reasons: [...found.reasons, reason('wire-unreadable', tokens)] };
}

function doubtsOf({ verdict, reasons }: Judgement): Judgement['reasons'] {
	return verdict === 'enforced' ? [] : reasons;
}

/** Of the client's side, and of whoever got its tokens. */
function controlsOf(history: ScenarioHistory, cell: Cell, sent: readonly TryRecord[]): Control[] {
	const controls = new Map<string, Control>();
	const add = (control: Control) => controls.set(`${control.control} ${control.detail}`, control);
	for (const epoch of new Set(sent.map(({ event }) => event.epoch))) {
		const tries = sent.filter(({ event }) => event.epoch === epoch);
		const { family } = cell;
		for (const uid of new Set(tries.flatMap(({ clientUid, seen }) => [clientUid ?? '', seen.by ?? clientUid ?? '']))) {
			const side = history.endpointByUid.get(uid);
			// Of whom nothing is known nothing can be shown.
			if (!side) add(missing('wire captured', 'wire-not-captured', `the pod ${uid}`));
			else if (hasOwnSide(side)) sideControls(history, epoch, side, family, tries).forEach(add);
		}
		if (cell.kind !== 'mtls') continue;
		for (const [client, server] of pairsOf(history, tries)) {
			const sides = [client, server].filter(({ uid }) => captureOf(history.wire, epoch, uid));
			if (sides.length > 0) add(flowControl(history, epoch, { client, server, family }, sides));
		}
	}
	return [...controls.values()];
}

function pairsOf(history: ScenarioHistory, tries: readonly TryRecord[]) {
	const pairs = new Map<string, [EventOf<'endpoint'>, EventOf<'endpoint'>]>();
	for (const { clientUid, seen } of tries) {
		const client = history.endpointByUid.get(clientUid ?? '');
		const server = history.endpointByUid.get(seen.by ?? '');
		if (client && server) pairs.set(`${client.uid} ${server.uid}`, [client, server]);
	}
	return pairs.values();
}

/** What is in its node's network, or outside, has no interface that leads to it alone. */
function hasOwnSide({ kind, hostNetwork }: EventOf<'endpoint'>): boolean {
	return kind === 'pod' && !hostNetwork;
}
