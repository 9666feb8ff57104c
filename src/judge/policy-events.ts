import type { EventOf } from '../model/event.ts';
import type { Cell } from '../model/plan.ts';
import type { PolicyEvent } from '../model/policy-event.ts';
import type { Reason } from '../model/verdict.ts';
import { addressText } from './address-text.ts';
import type { CellContext } from './cell-context.ts';
import { reason } from './reasons.ts';
import type { TryRecord } from './try-record.ts';

/** Events of the policy engine's own log, by the client's end of their connection. */
export type PolicyEventIndex = Map<string, PolicyEvent[]>;

export function addPolicyEvents(index: PolicyEventIndex, { events }: EventOf<'policy-events'>): void {
	for (const event of events) {
		const key = keyOf(event.protocol, event.from.address, event.from.port);
		const earlier = index.get(key);
		if (earlier) earlier.push(event);
		else index.set(key, [event]);
	}
}

/**
 * What the engine's own log says of a cell's tries, held against what arrived: a second witness, which never decides.
 * A log that says it denied what arrived makes no leak less, and one that says it let something through no enforced path
 * open: engines were seen to log wrongly (aws/aws-network-policy-agent#582). Connections of which it says nothing (what it
 * lets through is logged at `debug` only, and pods that no policy selects not at all) are left out.
 */
export function policyEventFindings({ history }: CellContext, cell: Cell, tries: readonly TryRecord[]): Reason[] {
	const { policyEvents } = history;
	if (policyEvents.size === 0 || cell.on !== undefined) return [];
	const counts = { denied: 0, let: 0, deniedArrived: 0, letNothing: 0 };
	for (const record of tries) {
		const said = saidOf(policyEvents, record);
		// With a 5-tuple that two tries share, the log speaks of neither for sure.
		if (said === undefined || record.reused || !record.seen.ran) continue;
		const arrived = record.seen.lands !== undefined;
		if (said === 'DENY') counts[arrived ? 'deniedArrived' : 'denied'] += 1;
		else counts[arrived ? 'let' : 'letNothing'] += 1;
	}
	const of = (count: number) => `${count} of ${tries.length} tries`;
	return [
		...(counts.deniedArrived > 0 ? [reason('log-denied-arrived', of(counts.deniedArrived))] : []),
		...(counts.letNothing > 0 ? [reason('log-accepted-nothing', of(counts.letNothing))] : []),
		...(counts.denied > 0 ? [reason('log-agrees-denied')] : []),
		...(counts.let > 0 ? [reason('log-agrees-accepted')] : []),
	];
}

/** A packet is denied when one end denies it; undefined: the log does not speak of it. */
function saidOf(index: PolicyEventIndex, { event, sourceAddress }: TryRecord): PolicyEvent['verdict'] | undefined {
	if (sourceAddress === undefined) return undefined;
	const events = index.get(keyOf(event.protocol, sourceAddress, event.source.port)) ?? [];
	if (events.length === 0) return undefined;
	return events.some(({ verdict }) => verdict === 'DENY') ? 'DENY' : 'ACCEPT';
}

function keyOf(protocol: string, address: string, port: number): string {
	return `${protocol} ${addressText(address)} ${port}`;
}

/** Lines that can't be made out are missing too. */
export function noteMissing(missing: Map<string, string>, event: EventOf<'policy-events'>): void {
	const unreadable = event.unreadable > 0 ? `${event.unreadable} lines could not be made out` : undefined;
	const said = [event.missing, unreadable].filter((text) => text !== undefined);
	if (said.length > 0) missing.set(event.node, said.join('; '));
}

/** What of the log is missing, for the scenario as a whole: silence of the log then means nothing. */
export function missingPolicyEvents(missing: ReadonlyMap<string, string>): Reason[] {
	if (missing.size === 0) return [];
	const nodes = [...missing].map(([node, text]) => `${node}: ${text}`).join(', ');
	return [reason('log-incomplete', nodes)];
}
