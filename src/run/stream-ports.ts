import type { IpFamily, Protocol } from '../model/address.ts';
import type { SourcePorts } from '../plan/source-ports.ts';

/** As long as a connection without an answer may be remembered (nf_conntrack_tcp_timeout_syn_sent), and some more. Milliseconds. */
export const rememberedFor = 130_000;

/** How many ports of an owner streams share, the most that there are; the rest is left to other tries. */
const poolSizes = [56_000, 48_000, 32_000, 16_000, 8_000, 4_000, 2_000, 1_000];

/** The ports of one owner, protocol and family that streams share. Times in milliseconds of one clock. */
interface Pool {
	first: number;
	/** When each may be used again; infinite while a stream has it. */
	freeAt: Float64Array;
	/** Where the next search begins: what was used last comes last. */
	next: number;
}

/** Source ports of one stream, which uses them in turn. */
export interface PortLease {
	first: number;
	count: number;
	pool: Pool;
	/** When each could be used before. */
	former: Float64Array;
}

/**
 * Source ports of continuous attempts. None is used again before every connection tracker has forgotten it; then it
 * is, since pods that come and go for hours would otherwise have none left. A stream has more than it comes to need, and what
 * it has not come to is free when it ends.
 */
export class StreamPorts {
	readonly #ports: SourcePorts;
	readonly #pools = new Map<string, Pool>();

	constructor(ports: SourcePorts) {
		this.#ports = ports;
	}

	/** For `count` tries, one every `every` milliseconds from `now` on. Undefined when the owner has no such range left. */
	take(
		{ owner, protocol, family }: { owner: string; protocol: Protocol; family: IpFamily },
		{ count, every, now }: { count: number; every: number; now: number },
	): PortLease | undefined {
		const pool = this.#poolOf(owner, protocol, family);
		if (!pool) return undefined;
		const start = findRun(pool, pool.next, count, every, now) ?? findRun(pool, 0, count, every, now);
		if (start === undefined) return undefined;
		const former = pool.freeAt.slice(start, start + count);
		pool.freeAt.fill(Number.POSITIVE_INFINITY, start, start + count);
		pool.next = start + count;
		return { first: pool.first + start, count, pool, former };
	}

	/** `tries`: how many numbers the stream has come to; undefined: that is not known. */
	end({ first, count, pool, former }: PortLease, tries: number | undefined, now: number): void {
		const start = first - pool.first;
		const used = Math.min(count, tries ?? count);
		pool.freeAt.fill(now + rememberedFor, start, start + used);
		pool.freeAt.set(former.subarray(used), start + used);
		if (pool.next === start + count) pool.next = start + used;
	}

	#poolOf(owner: string, protocol: Protocol, family: IpFamily): Pool | undefined {
		const key = `${owner}/${protocol}/${family}`;
		const known = this.#pools.get(key);
		if (known) return known;
		for (const size of poolSizes) {
			const first = this.#ports.take(owner, protocol, family, size);
			if (first === undefined) continue;
			const pool: Pool = { first, freeAt: new Float64Array(size).fill(Number.NEGATIVE_INFINITY), next: 0 };
			this.#pools.set(key, pool);
			return pool;
		}
		return undefined;
	}
}

/** The first run of ports from `from` on each of which is free when its try comes. */
function findRun({ freeAt }: Pool, from: number, count: number, every: number, now: number): number | undefined {
	let start = from;
	for (let port = from; port < freeAt.length; port += 1) {
		if ((freeAt[port] ?? 0) > now + (port - start) * every) start = port + 1;
		else if (port - start + 1 === count) return start;
	}
	return undefined;
}
