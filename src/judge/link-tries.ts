import type { EventOf } from '../model/event.ts';
import { addressText } from './address-text.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import type { TryRecord } from './try-record.ts';

/** Joins tries with their results and clients, and finds tries that share a token or a 5-tuple. */
export function linkTries(history: ScenarioHistory): void {
	const results = new Map<string, EventOf<'result'>[]>();
	for (const result of history.results) {
		const earlier = results.get(result.token);
		if (earlier) earlier.push(result);
		else results.set(result.token, [result]);
	}
	const owned = new Map(
		history.endpoints.map(({ uid, addresses }) => [uid, Object.values(addresses).map(addressText)] as const),
	);
	const byToken = new Map<string, TryRecord>();
	const byTuple = new Map<string, TryRecord>();
	for (const record of history.tries) {
		record.result = decisiveResult(results.get(record.event.token));
		record.clientUid = clientOf(history, record);
		const client = record.clientUid === undefined ? undefined : history.endpointByUid.get(record.clientUid);
		const source = record.event.source.address ?? client?.addresses[record.event.family];
		record.sourceAddress = source === undefined ? undefined : addressText(source);
		record.self = isSelf(record, owned);
		markReused(byToken, record.event.token, record);
		if (record.event.on === undefined) markReused(byTuple, tupleOf(record), record);
	}
}

/** A second result for one token contradicts the protocol; the one that says more is taken, so that no leak is lost. */
function decisiveResult(results: EventOf<'result'>[] | undefined): EventOf<'result'> | undefined {
	return results?.find((result) => result.outcome.code === 'replied') ?? results?.[0];
}

/** The result names the client; without one, `from` does: by uid, or by the name that the endpoint had at that time. */
function clientOf(history: ScenarioHistory, { event, result }: TryRecord): string | undefined {
	if (result) return result.uid;
	if (history.endpointByUid.has(event.from)) return event.from;
	const kind = history.cells.get(event.cell)?.from.kind;
	const named = history.endpoints.filter(
		(endpoint) =>
			(endpoint.name === event.from || `${endpoint.kind}/${endpoint.name}` === event.from) &&
			(kind === undefined || endpoint.kind === kind),
	);
	return (named.findLast((endpoint) => endpoint.n < event.n) ?? named[0])?.uid;
}

function isSelf({ event, clientUid }: TryRecord, owned: ReadonlyMap<string, string[]>): boolean {
	if (clientUid === undefined) return false;
	if (event.targets.includes(clientUid)) return true;
	const own = owned.get(clientUid) ?? [];
	if (own.includes(addressText(event.destination.address))) return true;
	return event.targets.some((uid) => owned.get(uid)?.some((address) => own.includes(address)));
}

function tupleOf({ event, sourceAddress, clientUid }: TryRecord): string {
	const { protocol, source, destination } = event;
	const from = sourceAddress ?? clientUid ?? event.from;
	return `${protocol}|${from}|${source.port}|${addressText(destination.address)}|${destination.port}`;
}

function markReused(known: Map<string, TryRecord>, key: string, record: TryRecord): void {
	const earlier = known.get(key);
	if (!earlier) {
		known.set(key, record);
		return;
	}
	earlier.reused = true;
	record.reused = true;
}
