import type { AgentRecord } from '../model/agent.ts';
import { now } from './clock.ts';

type WithoutNumber<T> = T extends unknown ? Omit<T, 'seq' | 'at'> : never;

/** A record before it has its number and time. */
export type RecordBody = WithoutNumber<AgentRecord>;

/** Characters that a record may have on average: those of streams pack many results, and are longer than others. */
const averageLength = 300;

/**
 * The numbered records, kept as the lines in which they travel until they are acknowledged. Beyond `bound`, or beyond as
 * many characters as that many records have, the oldest are dropped, and an `overflow` record says how many: the sum over
 * all overflow records is the number lost.
 */
export class Records {
	#lines: string[] = [];
	/** Index in #lines of the oldest kept record, and its number. */
	#head = 0;
	#first = 1;
	readonly #overflows: { seq: number; lost: number }[] = [];
	readonly #bound: number;
	/** Characters of the kept lines. */
	#size = 0;
	/** Called after each added record. */
	onAdded: () => void = () => {};

	constructor(bound: number) {
		this.#bound = Math.max(2, bound);
	}

	/** Number of the newest record; 0 before the first. */
	get last(): number {
		return this.#first + this.#lines.length - this.#head - 1;
	}

	add(body: RecordBody, at: number = now()): void {
		const full = this.#lines.length - this.#head >= this.#bound || this.#size >= this.#bound * averageLength;
		if (full) this.#dropOldest(at);
		this.#push(body, at);
		this.onAdded();
	}

	/** Forgets records up to this number. */
	acknowledge(seq: number): void {
		this.#forget(Math.min(seq, this.last) - this.#first + 1);
	}

	/** Lines after this number, about `size` characters of them, and the number of the last one. */
	after(seq: number, size: number): { text: string; last: number } {
		let last = Math.max(seq, this.#first - 1);
		const parts: string[] = [];
		for (let length = 0; length < size; ) {
			const line = this.#lines[this.#head + last + 1 - this.#first];
			if (line === undefined) break;
			parts.push(line);
			length += line.length;
			last += 1;
		}
		return { text: parts.join(''), last };
	}

	#push(body: RecordBody, at: number): void {
		const line = `${JSON.stringify({ seq: this.last + 1, at, ...body })}\n`;
		this.#lines.push(line);
		this.#size += line.length;
	}

	/** Drops many at once, so that a flood does not give an overflow record for each record. */
	#dropOldest(at: number): void {
		const kept = this.#lines.length - this.#head;
		const count = Math.min(kept, Math.max(16, kept >> 3));
		let lost = count;
		this.#forget(count);
		while (this.#overflows[0] && this.#overflows[0].seq < this.#first) lost += (this.#overflows.shift()?.lost ?? 0) - 1;
		this.#push({ is: 'overflow', lost }, at);
		this.#overflows.push({ seq: this.last, lost });
	}

	#forget(count: number): void {
		if (count <= 0) return;
		for (let index = this.#head; index < this.#head + count; index += 1) this.#size -= this.#lines[index]?.length ?? 0;
		this.#head += count;
		this.#first += count;
		// Cutting the array for every acknowledgement would cost its length each time.
		if (this.#head * 2 < this.#lines.length && this.#head < 10_000) return;
		this.#lines = this.#lines.slice(this.#head);
		this.#head = 0;
	}
}
