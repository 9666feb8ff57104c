import type { Protocol, SocketAddress } from '../model/address.ts';
import { streamSeparator } from '../model/agent.ts';
import { now } from './clock.ts';
import type { Stalls } from './stalls.ts';
import type { Records } from './records.ts';

interface Batch {
	stream: string;
	protocol: Protocol;
	from: string;
	to: SocketAddress;
	base: number;
	seen: [number, number][];
}

const largestBatch = 64;
const longestBatch = 100;

/** Tokens of streams that arrived, packed by whom they came from: at hundreds each second a record each would be too many. */
export class Sightings {
	readonly #records: Records;
	readonly #stalls: Stalls;
	readonly #batches = new Map<string, Batch>();

	constructor(records: Records, stalls: Stalls) {
		this.#records = records;
		this.#stalls = stalls;
	}

	/** False where the token is none of a stream. */
	note(token: string, protocol: Protocol, from: SocketAddress, to: SocketAddress): boolean {
		const [stream = '', index = '', ...rest] = token.split(streamSeparator);
		if (rest.length > 0 || !/^\d{1,9}$/.test(index)) return false;
		this.#stalls.touch();
		const at = now();
		const key = `${stream} ${protocol} ${from.address} ${to.address} ${to.port}`;
		let batch = this.#batches.get(key);
		if (!batch) {
			const begun: Batch = { stream, protocol, from: from.address, to, base: at, seen: [] };
			batch = begun;
			this.#batches.set(key, begun);
			setTimeout(() => this.#batches.get(key) === begun && this.#flush(key), longestBatch);
		}
		batch.seen.push([Number(index), Math.round((at - batch.base) * 100) / 100]);
		if (batch.seen.length >= largestBatch) this.#flush(key);
		return true;
	}

	/** Before a barrier: what arrived before it has to have a lower number. */
	flush(): void {
		for (const key of [...this.#batches.keys()]) this.#flush(key);
	}

	#flush(key: string): void {
		const batch = this.#batches.get(key);
		if (!batch) return;
		this.#batches.delete(key);
		this.#records.add({ is: 'sightings', ...batch });
	}
}
