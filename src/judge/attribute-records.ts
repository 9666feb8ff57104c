import { selfCheckPrefix } from '../model/agent.ts';
import type { EventOf } from '../model/event.ts';
import { addressText, isLoopback } from './address-text.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import type { TryRecord } from './try-record.ts';

/** Gives every record of a witness to the try that it belongs to, and keeps those that belong to none. */
export function attributeRecords(history: ScenarioHistory): void {
	const byToken = new Map<string, TryRecord[]>();
	for (const record of history.tries) push(byToken, record.event.token, record);
	for (const [token, sightings] of history.wire.sightings) {
		for (const record of byToken.get(token) ?? []) record.sightings.push(...sightings);
	}
	// Its sender reports it as it does a try, and so would a witness on its port.
	const markers = new Set(history.wire.markers.map(({ token }) => token));
	for (const witness of history.witnesses) {
		const records = byToken.get(witness.token);
		if (records) for (const record of records) record.witnesses.push(witness);
		// A self-check that was late. Being from loopback alone explains nothing: a sidecar connects from there too.
		else if (
			!markers.has(witness.token) &&
			!(isLoopback(witness.from.address) && witness.token.startsWith(selfCheckPrefix))
		)
			push(history.unexplained, witness.uid, witness.n);
	}
	for (const identity of history.identities) {
		const records = byToken.get(identity.token);
		if (records) for (const record of records) record.identities.push(identity);
		else push(history.unexplained, identity.uid, identity.n);
	}
	for (const result of history.results) {
		if (!byToken.has(result.token) && !markers.has(result.token)) push(history.unexplained, result.uid, result.n);
	}
	noteMissedTokens(history);
	attributeSyns(history);
}

/** A witness writes a token down before the server answers it; a reply without that record shows that one was lost. */
function noteMissedTokens(history: ScenarioHistory): void {
	for (const { event, result, witnesses } of history.tries) {
		const by = result?.outcome.code === 'replied' ? result.outcome.by : undefined;
		if (by === undefined || !event.targets.includes(by)) continue;
		if (witnesses.some((witness) => witness.uid === by)) continue;
		history.epochs.get(event.epoch)?.missedTokens.add(by);
	}
}

/** The planned 4-tuple is a token itself. Behind a Service the destination was rewritten, so only the source is compared. */
function attributeSyns(history: ScenarioHistory): void {
	if (history.syns.length === 0) return;
	const bySource = new Map<string, TryRecord[]>();
	const byPort = new Map<number, TryRecord[]>();
	for (const record of history.tries) {
		if (record.event.protocol !== 'tcp' || record.event.on !== undefined) continue;
		push(bySource, `${record.sourceAddress}|${record.event.source.port}`, record);
		push(byPort, record.event.source.port, record);
	}
	for (const syn of history.syns) {
		const source = addressText(syn.from.address);
		const fits = (record: TryRecord) => reaches(history, record, syn);
		const owners = (bySource.get(`${source}|${syn.from.port}`) ?? []).filter(fits);
		for (const record of owners) record.syns.push(syn);
		if (owners.length > 0 || isLoopback(source)) continue;
		// Perhaps its address was translated on the way: no proof of a leak, but none of silence either.
		for (const record of byPort.get(syn.from.port) ?? []) if (fits(record)) record.unexplainedSyn = true;
	}
}

function reaches(history: ScenarioHistory, { event }: TryRecord, syn: EventOf<'syn'>): boolean {
	if (!event.targets.includes(syn.uid)) return false;
	const { kind, backend } = history.cells.get(event.cell)?.to ?? {};
	const rewritten = backend === undefined && (kind === 'service' || kind === 'nodePort' || kind === 'loadBalancer');
	return rewritten || syn.to.port === event.destination.port;
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
	const values = map.get(key);
	if (values) values.push(value);
	else map.set(key, [value]);
}
