import type { EventOf, HistoryEvent } from '../model/event.ts';
import type { Cell, ScenarioPlan } from '../model/plan.ts';
import { type AgentLog, addNumbered, findGap } from './agent-log.ts';
import { attributeRecords } from './attribute-records.ts';
import { classifyTry } from './classify-try.ts';
import { type BeforeAfter, type Epoch, newEpoch, setWindow } from './epoch.ts';
import { linkTries } from './link-tries.ts';
import { addToStreams, countRan, newStreamHistory, noteUnexplained, type StreamHistory } from './stream-history.ts';
import { addPolicyEvents, noteMissing, type PolicyEventIndex } from './policy-events.ts';
import { nothingSeen, type TryRecord } from './try-record.ts';
import { addToWire, newWireHistory, type WireHistory } from './wire-history.ts';

type Endpoint = EventOf<'endpoint'>;

/** One scenario's part of the history, looked up in one pass so that cells can be judged in any order. */
export interface ScenarioHistory {
	plan: ScenarioPlan;
	cells: Map<string, Cell>;
	/** Line numbers and times of the first and last event; undefined: nothing is known of the scenario. */
	span: { from: number; to: number } | undefined;
	ended: EventOf<'scenario-ended'> | undefined;
	endpoints: Endpoint[];
	endpointByUid: Map<string, Endpoint>;
	/** UIDs of those that were removed. */
	removed: Set<string>;
	epochs: Map<number, Epoch>;
	/** In the order of their lines. */
	changes: EventOf<'change'>[];
	/** By step. */
	settled: Map<number, EventOf<'settled'>>;
	/** The scenario's namespaces -> the cluster's; empty where they have the same names. */
	namespaces: ReadonlyMap<string, string>;
	/** The last state of the Services. */
	services: EventOf<'services'> | undefined;
	/** What leaves the cluster has its node's address: it is no embedded one. */
	translatesSources: boolean;
	agentsLost: EventOf<'agent-lost'>[];
	logs: Map<string, AgentLog>;
	tries: TryRecord[];
	triesByCell: Map<string, TryRecord[]>;
	results: EventOf<'result'>[];
	witnesses: EventOf<'witness'>[];
	identities: EventOf<'identity'>[];
	syns: EventOf<'syn'>[];
	holdsEnded: EventOf<'hold-ended'>[];
	streams: StreamHistory;
	wire: WireHistory;
	/** What the policy engine itself says of connections. */
	policyEvents: PolicyEventIndex;
	/** Why its log could not be read in full, by node. */
	policyEventsMissing: Map<string, string>;
	/** Line numbers of records whose token no try explains, by uid of whoever recorded them. */
	unexplained: Map<string, number[]>;
}

/** `events`: of this scenario only, in the order of their lines. */
export function indexScenario(
	plan: ScenarioPlan,
	events: readonly HistoryEvent[],
	translatesSources = false,
): ScenarioHistory {
	const first = events[0];
	const last = events.at(-1);
	const history: ScenarioHistory = {
		plan,
		cells: new Map(plan.cells.map((cell) => [cell.id, cell])),
		span: first && last && { from: first.at, to: last.at },
		ended: undefined,
		endpoints: [],
		endpointByUid: new Map(),
		removed: new Set(),
		epochs: new Map(),
		changes: [],
		settled: new Map(),
		namespaces: new Map(),
		services: undefined,
		translatesSources,
		agentsLost: [],
		logs: new Map(),
		tries: [],
		triesByCell: new Map(),
		results: [],
		witnesses: [],
		identities: [],
		syns: [],
		holdsEnded: [],
		streams: newStreamHistory(),
		wire: newWireHistory(),
		policyEvents: new Map(),
		policyEventsMissing: new Map(),
		unexplained: new Map(),
	};
	for (const event of events) add(history, event);
	for (const log of history.logs.values()) findGap(log);
	linkTries(history);
	attributeRecords(history);
	noteUnexplained(history.streams, history.unexplained);
	for (const epoch of history.epochs.values()) setWindow(epoch, history.changes);
	for (const record of history.tries) {
		record.seen = classifyTry(record, history.epochs.get(record.event.epoch) ?? newEpoch(record.event.epoch));
	}
	countPackets(history);
	return history;
}

function add(history: ScenarioHistory, event: HistoryEvent): void {
	switch (event.is) {
		case 'scenario-ended':
			history.ended = event;
			return;
		case 'endpoint':
			history.endpoints.push(event);
			history.endpointByUid.set(event.uid, event);
			return;
		case 'endpoint-removed':
			history.removed.add(event.uid);
			return;
		case 'change':
			history.changes.push(event);
			return;
		case 'policy-events':
			addPolicyEvents(history.policyEvents, event);
			noteMissing(history.policyEventsMissing, event);
			return;
		case 'settled':
			history.settled.set(event.step, event);
			return;
		case 'agent-lost':
			history.agentsLost.push(event);
			return;
		case 'namespaces':
			history.namespaces = new Map(Object.entries(event.names));
			return;
		case 'services':
			history.services = event;
			return;
		case 'try':
			addTry(history, event);
			return;
		case 'result':
		case 'witness':
		case 'identity':
		case 'syn':
		case 'hold-ended':
		case 'overflow':
		case 'record':
		case 'barrier':
		case 'tries':
		case 'sightings':
		case 'streams-ended':
		case 'stalled':
			addNumbered(history.logs, event);
			addToStreams(history.streams, event);
			if (event.is === 'result') history.results.push(event);
			else if (event.is === 'witness') history.witnesses.push(event);
			else if (event.is === 'identity') history.identities.push(event);
			else if (event.is === 'syn') history.syns.push(event);
			else if (event.is === 'hold-ended') history.holdsEnded.push(event);
			else if (event.is === 'barrier') epochOf(history, event.epoch).barriers.set(event.uid, event);
			return;
		default:
			if (!addToWire(history.wire, event) && !addToStreams(history.streams, event)) addToEpoch(history, event);
	}
}

function addTry(history: ScenarioHistory, event: EventOf<'try'>): void {
	const record: TryRecord = {
		event,
		result: undefined,
		witnesses: [],
		identities: [],
		syns: [],
		sightings: [],
		clientUid: undefined,
		sourceAddress: undefined,
		reused: false,
		self: false,
		unexplainedSyn: false,
		seen: nothingSeen,
	};
	history.tries.push(record);
	epochOf(history, event.epoch).tries.push(record);
	const ofCell = history.triesByCell.get(event.cell);
	if (ofCell) ofCell.push(record);
	else history.triesByCell.set(event.cell, [record]);
}

function addToEpoch(history: ScenarioHistory, event: HistoryEvent): void {
	switch (event.is) {
		case 'epoch-began':
			epochOf(history, event.epoch).began ??= event;
			return;
		case 'epoch-ended':
			epochOf(history, event.epoch).ended = event;
			return;
		case 'calibration':
			epochOf(history, event.epoch).calibrations.push(event);
			return;
		case 'losses':
			epochOf(history, event.epoch).losses[event.when].push(event);
			return;
		case 'counters':
			readings(epochOf(history, event.epoch).counters, event.uid)[event.when].push(event);
			return;
		case 'self-check':
			readings(epochOf(history, event.epoch).selfChecks, event.uid)[event.when].push(event);
			return;
		default:
			// Services and beginnings decide nothing.
			return;
	}
}

function epochOf(history: ScenarioHistory, number: number): Epoch {
	let epoch = history.epochs.get(number);
	if (!epoch) {
		epoch = newEpoch(number);
		history.epochs.set(number, epoch);
	}
	return epoch;
}

function readings<Event>(map: Map<string, BeforeAfter<Event>>, uid: string): BeforeAfter<Event> {
	let entry = map.get(uid);
	if (!entry) {
		entry = { before: [], after: [] };
		map.set(uid, entry);
	}
	return entry;
}

/** Each try that the client says it sent is one packet at least; one without a result counts too. */
function countPackets(history: ScenarioHistory): void {
	for (const stream of history.streams.byToken.values()) {
		const epoch = stream.began && history.epochs.get(stream.began.epoch);
		const ran = stream.results.reduce((sum, event) => sum + countRan(event), 0);
		const uid = stream.began?.from;
		if (epoch && uid !== undefined) epoch.mustHaveSent.set(uid, (epoch.mustHaveSent.get(uid) ?? 0) + ran);
	}
	for (const epoch of history.epochs.values()) {
		for (const record of epoch.tries) {
			const { event, clientUid, result, self } = record;
			if (clientUid === undefined || self || event.on !== undefined || event.purpose === 'boot') continue;
			if (result?.outcome.code === 'not-run') continue;
			epoch.mustHaveSent.set(clientUid, (epoch.mustHaveSent.get(clientUid) ?? 0) + 1);
		}
	}
}
