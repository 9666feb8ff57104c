import type { EventOf } from '../model/event.ts';
import { isTruncated } from '../model/dns.ts';
import type { Cell } from '../model/plan.ts';
import { clientControl } from './client-control.ts';
import { type Control, missing } from './control.ts';
import type { Epoch } from './epoch.ts';
import { epochControl } from './epoch-control.ts';
import { clusterLossControl, probeLossControl } from './loss-control.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import { relayControl } from './relay-control.ts';
import { strayControl } from './stray-control.ts';
import { type Listener, listenerPort, listens, serverControl } from './server-control.ts';
import type { TryRecord } from './try-record.ts';
import { waitControl } from './wait-control.ts';
import { numberingControl, recordsControl } from './witness-control.ts';

/**
 * The controls without which silence means nothing: the epoch, the wait, each server and its witness, the client, and
 * losses anywhere between. Computed once for all cells that share them.
 */
export class Duties {
	readonly #history: ScenarioHistory;
	readonly #known = new Map<string, Control>();

	constructor(history: ScenarioHistory) {
		this.#history = history;
	}

	/** For tries of one cell, which may lie in more than one epoch. */
	of(cell: Cell, tries: readonly TryRecord[]): Control[] {
		const controls = new Set<Control>();
		for (const number of new Set(tries.map((record) => record.event.epoch))) {
			const epoch = this.#history.epochs.get(number);
			const inEpoch = tries.filter((record) => record.event.epoch === number);
			if (epoch) for (const control of this.#inEpoch(cell, epoch, inEpoch)) controls.add(control);
		}
		return [...controls];
	}

	/** Whether one target of a try was able to answer it, and every control besides. */
	ofTarget(cell: Cell, record: TryRecord, uid: string): Control[] {
		const epoch = this.#history.epochs.get(record.event.epoch);
		return epoch ? [...this.#around(epoch, [record]), ...this.#ofServers(cell, epoch, record, [uid])] : [];
	}

	/** For blocked tries over TLS of the probe's own: their targets were not spoken to in another way. */
	ofStrays(tries: readonly TryRecord[]): Control[] {
		const controls = new Set<Control>();
		for (const { event } of tries) {
			const epoch = this.#history.epochs.get(event.epoch);
			for (const uid of event.targets) {
				const server = this.#history.endpointByUid.get(uid);
				// Without a probe nothing can be proved anyway.
				if (!epoch || !server?.agent) continue;
				controls.add(this.#once(`strays ${epoch.number} ${uid}`, () => strayControl(epoch, server)));
			}
		}
		return [...controls];
	}

	#inEpoch(cell: Cell, epoch: Epoch, tries: readonly TryRecord[]): Control[] {
		const targets = [...new Set(tries.flatMap(({ event }) => [...event.targets, ...(event.through ?? [])]))];
		const first = tries[0];
		if (!first) return this.#around(epoch, tries);
		// An answer that is truncated over UDP is fetched over TCP.
		const protocols = cell.query && isTruncated(cell.query) ? (['udp', 'tcp'] as const) : [cell.protocol];
		const servers = protocols.flatMap((protocol) => this.#ofServers({ ...cell, protocol }, epoch, first, targets));
		return [...this.#around(epoch, tries), ...servers];
	}

	/** What does not depend on the target. */
	#around(epoch: Epoch, tries: readonly TryRecord[]): Control[] {
		const { number } = epoch;
		const controls = [
			this.#once(`epoch ${number}`, () => epochControl(this.#history, epoch)),
			this.#once('numbering', () => numberingControl(this.#history)),
			// A try that was refused has its answer: how long it would have waited is of no account.
			...(tries.some(waitedInVain) ? [this.#once(`wait ${number}`, () => waitControl(epoch))] : []),
			this.#once(`losses ${number}`, () => clusterLossControl(epoch)),
		];
		for (const uid of new Set(tries.map((record) => record.clientUid))) {
			const client = uid === undefined ? undefined : this.#history.endpointByUid.get(uid);
			if (!client) {
				controls.push(this.#once('no client', () => missing('client known', 'client-unknown', uid ?? '')));
				continue;
			}
			const ofClient = tries.filter((record) => record.clientUid === uid);
			controls.push(...this.#ofClient(epoch, client, ofClient));
		}
		return controls;
	}

	#ofClient(epoch: Epoch, client: EventOf<'endpoint'>, tries: readonly TryRecord[]): Control[] {
		const key = `${epoch.number} ${client.uid}`;
		const protocol = tries[0]?.event.protocol ?? 'tcp';
		const controls = [
			this.#once(`records ${key}`, () => recordsControl(this.#history, epoch, client, 'client')),
			this.#once(`lost ${key} ${protocol}`, () => probeLossControl(epoch, client, protocol)),
		];
		// Packets of tries to itself, or over a held connection, cannot be told apart from others.
		const countable = tries.some((record) => !record.self && record.event.on === undefined);
		if (countable) controls.push(this.#once(`sends ${key}`, () => clientControl(epoch, client)));
		return controls;
	}

	#ofServers(cell: Cell, epoch: Epoch, record: TryRecord, targets: readonly string[]): Control[] {
		const servers = targets.map((uid) => this.#history.endpointByUid.get(uid));
		if (servers.length === 0 || servers.some((server) => server === undefined)) {
			return [this.#once('no target', () => missing('target known', 'target-unknown', ''))];
		}
		const known = servers.filter((server) => server !== undefined);
		const { protocol, family } = cell;
		const listener = (server: EventOf<'endpoint'>): Listener => ({
			port: listenerPort(this.#history.plan, cell, server, record.event.destination.port),
			protocol,
			family,
		});
		// Several endpoints share a node's address; whichever listens there is the server.
		const answering =
			cell.to.kind === 'node' ? known.filter((server) => listens(epoch, server.uid, listener(server))) : known;
		if (answering.length === 0) {
			return [this.#once(`nobody ${cell.to.name}`, () => missing('target known', 'server-not-checked', cell.to.name))];
		}
		return answering.flatMap((server) =>
			record.event.through?.includes(server.uid) === true && !server.agent
				? [this.#once(`passes on ${epoch.number} ${server.uid}`, () => relayControl(epoch, server))]
				: this.#ofServer(epoch, server, listener(server)),
		);
	}

	#ofServer(epoch: Epoch, server: EventOf<'endpoint'>, listener: Listener): Control[] {
		const key = `${epoch.number} ${server.uid}`;
		if (!server.agent) {
			return [this.#once(key, () => missing(`server alive: ${server.name}`, 'target-without-agent', server.name))];
		}
		const { port, protocol, family } = listener;
		return [
			this.#once(`alive ${key} ${port} ${protocol} ${family}`, () => serverControl(epoch, server, listener)),
			this.#once(`witness ${key}`, () => recordsControl(this.#history, epoch, server, 'witness')),
			this.#once(`lost ${key} ${protocol}`, () => probeLossControl(epoch, server, protocol)),
		];
	}

	#once(key: string, compute: () => Control): Control {
		let control = this.#known.get(key);
		if (!control) {
			control = compute();
			this.#known.set(key, control);
		}
		return control;
	}
}

export function failed(controls: readonly Control[]): Control[] {
	return controls.filter((control) => !control.held);
}

function waitedInVain({ result }: TryRecord): boolean {
	return result === undefined || result.outcome.code === 'timed-out';
}
