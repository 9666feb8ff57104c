import type { EventOf } from '../model/event.ts';
import type { Cell } from '../model/plan.ts';
import type { Proof } from '../model/verdict.ts';
import { addressText } from './address-text.ts';
import type { Epoch } from './epoch.ts';
import type { ReasonCode } from './reasons.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import type { TryRecord } from './try-record.ts';

export interface Proven {
	proof: Proof;
	/** The tries that show it. */
	by: TryRecord[];
	/** What is missing, where there is none. */
	missing: ReasonCode[];
}

/** Answers whether a blocked path was shown to be blocked rather than dead. */
export class Proofs {
	readonly #history: ScenarioHistory;
	/** Replied controls by path (or held connection), in the order of their lines. */
	readonly #byPath = new Map<string, TryRecord[]>();
	/** Replied tries of an epoch by where they went, and by who made them. */
	readonly #byDestination = new Map<string, TryRecord[]>();
	readonly #byClient = new Map<string, TryRecord[]>();

	constructor(history: ScenarioHistory) {
		this.#history = history;
		const once = new Set<string>();
		for (const record of history.tries) {
			if (record.seen.lands !== 'replied' || record.reused) continue;
			const path = history.cells.get(record.event.cell)?.path;
			if (record.event.purpose !== 'settle' && record.event.purpose !== 'boot') {
				push(this.#byPath, pathKey(record, path), record);
			}
			if (record.self || record.event.on !== undefined || record.event.purpose === 'boot') continue;
			const destination = destinationKey(record);
			// One reply for each client and target is enough, so that looking one up stays cheap.
			const key = `${destination} ${record.clientUid} ${record.seen.by}`;
			if (once.has(key)) continue;
			once.add(key);
			push(this.#byDestination, destination, record);
			push(this.#byClient, clientKey(record), record);
		}
	}

	/** `tries`: those of the blocked cell, all in one epoch. */
	of(cell: Cell, tries: readonly TryRecord[]): Proven {
		const first = tries[0];
		const epoch = first && this.#history.epochs.get(first.event.epoch);
		if (!first || !epoch) return { proof: 'none', by: [], missing: ['not-open-before', 'not-open-after'] };
		const same = (this.#byPath.get(pathKey(first, cell.path)) ?? []).filter((record) => isSamePath(record, first));
		const before = same.find((record) => this.#isBefore(record, epoch));
		const after = same.find((record) => this.#isAfter(record, epoch));
		if (before && after) return { proof: 'bracketed', by: [before, after], missing: [] };
		const contrast = this.#contrast(first);
		if (contrast) return { proof: 'contrast', by: contrast, missing: [] };
		const missing: ReasonCode[] = [];
		if (!before) missing.push('not-open-before');
		if (!after) missing.push('not-open-after');
		return { proof: 'none', by: [], missing: [...missing, 'no-contrast'] };
	}

	#isBefore(record: TryRecord, epoch: Epoch): boolean {
		const earlier = this.#history.epochs.get(record.event.epoch);
		if (!earlier?.ended || !epoch.began) return false;
		return earlier.ended.n < epoch.began.n && this.#changedBetween(earlier.ended.n, epoch.began.n);
	}

	#isAfter(record: TryRecord, epoch: Epoch): boolean {
		const later = this.#history.epochs.get(record.event.epoch);
		if (!later?.began || !epoch.ended) return false;
		return later.began.n > epoch.ended.n && this.#changedBetween(epoch.ended.n, later.began.n);
	}

	#changedBetween(from: number, to: number): boolean {
		return this.#history.changes.some((change) => change.n > from && change.n < to);
	}

	/**
	 * A sibling reached the same server port while the blocked client reached another server. The two together must
	 * also cover the way between the places of the blocked client and its target, or a broken link between two nodes
	 * would look like a block: either the sibling stands where the client stands, or the other server where the target does.
	 */
	#contrast(blocked: TryRecord): TryRecord[] | undefined {
		const client = this.#endpoint(blocked.clientUid);
		// A held connection can end for reasons of its own; only what it did itself before and after says something.
		if (!client || blocked.self || blocked.event.on !== undefined) return undefined;
		const own = (this.#byClient.get(clientKey(blocked)) ?? []).filter(
			(record) => record.seen.by !== undefined && !blocked.event.targets.includes(record.seen.by),
		);
		if (own.length === 0) return undefined;
		for (const sibling of this.#byDestination.get(destinationKey(blocked)) ?? []) {
			const other = this.#endpoint(sibling.clientUid);
			const server = this.#endpoint(sibling.seen.by);
			if (!other || !server || other.uid === client.uid || !blocked.event.targets.includes(server.uid)) continue;
			if (other.hostNetwork !== client.hostNetwork || other.kind !== client.kind) continue;
			const reached =
				place(other) === place(client)
					? own[0]
					: own.find((record) => {
							const instead = this.#endpoint(record.seen.by);
							return instead !== undefined && place(instead) === place(server);
						});
			if (reached) return [sibling, reached];
		}
		return undefined;
	}

	#endpoint(uid: string | undefined): EventOf<'endpoint'> | undefined {
		return uid === undefined ? undefined : this.#history.endpointByUid.get(uid);
	}
}

function pathKey({ event }: TryRecord, path: string | undefined): string {
	return event.on === undefined ? `path ${path ?? event.cell}` : `on ${event.on} ${event.family}`;
}

function destinationKey({ event }: TryRecord): string {
	const { epoch, destination, protocol, family } = event;
	return `${epoch} ${addressText(destination.address)} ${destination.port} ${protocol} ${family}`;
}

/** Same protocol and family too: that UDP works for a client does not show that TCP does. */
function clientKey({ event, clientUid }: TryRecord): string {
	return `${event.epoch} ${clientUid} ${event.protocol} ${event.family}`;
}

function isSamePath(a: TryRecord, b: TryRecord): boolean {
	return (
		a.clientUid === b.clientUid &&
		a.event.protocol === b.event.protocol &&
		a.event.family === b.event.family &&
		a.event.destination.port === b.event.destination.port &&
		addressText(a.event.destination.address) === addressText(b.event.destination.address) &&
		[...a.event.targets].sort().join(' ') === [...b.event.targets].sort().join(' ')
	);
}

function place(endpoint: EventOf<'endpoint'>): string {
	return endpoint.kind === 'node' ? `pod ${endpoint.name}` : `${endpoint.kind} ${endpoint.node ?? ''}`;
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
	const values = map.get(key);
	if (values) values.push(value);
	else map.set(key, [value]);
}
