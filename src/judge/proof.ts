import type { EventOf } from '../model/event.ts';
import type { Cell } from '../model/plan.ts';
import type { Proof } from '../model/verdict.ts';
import { addressText } from './address-text.ts';
import type { Epoch } from './epoch.ts';
import { isWrapped } from './judge-identity.ts';
import type { ReasonCode } from './reasons.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import type { TryRecord } from './try-record.ts';

export interface Proven {
	proof: Proof;
	/** What is to be said of it; of no use where there is none. */
	shown: 'blocked-bracketed' | 'blocked-contrast' | 'blocked-credentials';
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
			const cell = history.cells.get(record.event.cell);
			// It was not in the clear that this path was open.
			if (cell && isWrapped(cell, record)) continue;
			const path = cell?.path;
			if (record.event.purpose !== 'settle' && record.event.purpose !== 'boot') {
				push(this.#byPath, pathKey(record, path), record);
			}
			if (record.self || record.event.on !== undefined || record.event.purpose === 'boot') continue;
			const destination = destinationKey(record);
			// One reply for each client and target is enough, so that looking one up stays cheap.
			const key = `${destination} ${record.clientUid} ${record.seen.by} ${this.#credentials(record)}`;
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
		if (!first || !epoch) return { ...nothing, missing: ['not-open-before', 'not-open-after'] };
		const same = (this.#byPath.get(pathKey(first, cell.path)) ?? []).filter((record) => isSamePath(record, first));
		const before = same.find((record) => this.#isBefore(record, epoch));
		const after = same.find((record) => this.#isAfter(record, epoch));
		if (before && after) return { proof: 'bracketed', shown: 'blocked-bracketed', by: [before, after], missing: [] };
		const other = this.#otherCredentials(first);
		if (other) return { proof: 'contrast', shown: 'blocked-credentials', by: [other], missing: [] };
		const contrast = this.#contrast(first);
		if (contrast) return { proof: 'contrast', shown: 'blocked-contrast', by: contrast, missing: [] };
		const missing: ReasonCode[] = [];
		if (!before) missing.push('not-open-before');
		if (!after) missing.push('not-open-after');
		return { ...nothing, missing: [...missing, 'no-contrast'] };
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
	 * The same client reached the same server port with other credentials: only they make the difference. Where the probe
	 * opens TLS itself, its handshake has to be shown too, so all but one of certificate and ALPN must be the same.
	 */
	#otherCredentials(blocked: TryRecord): TryRecord | undefined {
		const own = this.#tls(blocked);
		if (blocked.self || blocked.event.on !== undefined) return undefined;
		return (this.#byDestination.get(destinationKey(blocked)) ?? []).find((record) => {
			const other = this.#tls(record);
			if (record.clientUid !== blocked.clientUid || !blocked.event.targets.includes(record.seen.by ?? '')) return false;
			if (!other || !own) return other !== undefined && own === undefined;
			return (other.certificate === own.certificate) !== (alpnOf(other) === alpnOf(own));
		});
	}

	#tls(record: TryRecord): Cell['tls'] {
		return this.#history.cells.get(record.event.cell)?.tls;
	}

	#credentials(record: TryRecord): string {
		const tls = this.#tls(record);
		return tls === undefined ? '' : `${tls.certificate} ${alpnOf(tls)}`;
	}

	/**
	 * A sibling reached the same server port while the blocked client reached another server, or this one in another way.
	 * The two together must also cover the way between the places of the blocked client and its target, or a broken link
	 * between two nodes would look like a block: either the sibling stands where the client stands, or the other server
	 * where the target does.
	 */
	#contrast(blocked: TryRecord): TryRecord[] | undefined {
		const client = this.#endpoint(blocked.clientUid);
		// A held connection can end for reasons of its own; only what it did itself before and after says something.
		if (!client || blocked.self || blocked.event.on !== undefined) return undefined;
		const own = (this.#byClient.get(clientKey(blocked)) ?? []).filter(
			(record) =>
				destinationKey(record) !== destinationKey(blocked) && alpnOf(this.#tls(record)) === alpnOf(this.#tls(blocked)),
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

const nothing = { proof: 'none', shown: 'blocked-contrast', by: [] as TryRecord[] } as const;

/** Undefined in the clear, so that nothing in the clear stands in for TLS, nor the other way round. */
function alpnOf(tls: Cell['tls']): string | undefined {
	return tls?.alpn.join(' ');
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
