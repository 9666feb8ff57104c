import { type StreamAttempt, streamSeparator, type StreamTry } from '../model/agent.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Attempts } from './attempts.ts';
import { now } from './clock.ts';
import type { Told } from './conversation.ts';
import { KeptConnection } from './kept-connection.ts';
import type { Stalls } from './stalls.ts';
import type { Records } from './records.ts';

type Packed = StreamTry;

interface Stream {
	attempt: StreamAttempt;
	startedAt: number;
	/** Number of the next try. */
	next: number;
	made: number;
	left: number;
	out: number;
	ended: boolean;
	timer: NodeJS.Timeout | undefined;
	kept: KeptConnection | undefined;
	batch: { base: number; outcomes: Outcome[]; known: Map<string, number>; tries: Packed[] } | undefined;
	quiet: (() => void)[];
}

/** Results in one record, and how long the first of them waits for the last: few records, which are never old. */
const largestBatch = 64;
const longestBatch = 100;
/** The call that sends takes far less; this process was not running for so long. Milliseconds. */
const worthTelling = 0.5;

/**
 * Continuous attempts. They need no controller: they go on while the control channel is broken, and what became of
 * them waits, packed, among the records.
 */
export class Streams {
	readonly #key: Buffer;
	readonly #attempts: Attempts;
	readonly #records: Records;
	readonly #stalls: Stalls;
	readonly #streams = new Map<string, Stream>();

	constructor(key: Buffer, attempts: Attempts, records: Records, stalls: Stalls) {
		this.#key = key;
		this.#stalls = stalls;
		this.#attempts = attempts;
		this.#records = records;
	}

	begin(attempts: readonly StreamAttempt[]): void {
		for (const attempt of attempts) {
			// Asked again over a stream that was opened again.
			if (this.#streams.has(attempt.token)) continue;
			const counts = { next: 0, made: 0, left: 0, out: 0 };
			const stream: Stream = {
				...{ attempt, startedAt: now() + attempt.delay, ended: false, timer: undefined, batch: undefined, quiet: [] },
				...{ ...counts, kept: attempt.kept ? new KeptConnection(attempt, this.#key) : undefined },
			};
			this.#streams.set(attempt.token, stream);
			this.#schedule(stream);
		}
	}

	/** Calls back when nothing of these is out any more and all that became of them is on record. */
	end(tokens: readonly string[], ended: (streams: { stream: string; made: number; left: number }[]) => void): void {
		const ending = tokens.flatMap((token) => this.#streams.get(token) ?? []);
		let waiting = ending.length;
		const done = () => {
			waiting -= 1;
			if (waiting > 0) return;
			for (const stream of ending) {
				stream.kept?.close();
				this.#flush(stream);
			}
			ended(ending.map(({ attempt, made, left }) => ({ stream: attempt.token, made, left })));
		};
		if (ending.length === 0) return ended([]);
		for (const stream of ending) {
			stream.ended = true;
			clearTimeout(stream.timer);
			if (stream.out === 0) done();
			else stream.quiet.push(done);
		}
	}

	#schedule(stream: Stream): void {
		const { every, limit } = stream.attempt;
		if (stream.ended || stream.next >= limit) return;
		const wait = stream.startedAt + stream.next * every - now();
		stream.timer = setTimeout(() => this.#fire(stream), Math.max(0, wait));
	}

	#fire(stream: Stream): void {
		const { attempt } = stream;
		this.#stalls.touch();
		// It begins with its first try, whenever a process that has only just started comes to that.
		if (stream.next === 0) stream.startedAt = now();
		// Timers fire up to a millisecond early or late; whatever is later than one interval is not made up for.
		const due = Math.floor((now() - stream.startedAt + 1) / attempt.every);
		if (due > stream.next) {
			stream.left += due - stream.next;
			stream.next = due;
		}
		if (stream.next < attempt.limit) this.#make(stream, stream.next);
		stream.next += 1;
		this.#schedule(stream);
	}

	#make(stream: Stream, index: number): void {
		const { token, source, ports } = stream.attempt;
		const command = {
			...stream.attempt,
			token: `${token}${streamSeparator}${index}`,
			source: { ...source, port: source.port + (index % ports) },
			delay: 0,
		};
		const tell = (told: Told) => {
			this.#pack(stream, index, told);
			stream.out -= 1;
			if (stream.out === 0) for (const quiet of stream.quiet.splice(0)) quiet();
		};
		stream.made += 1;
		stream.out += 1;
		if (!stream.kept) this.#attempts.add(command, tell);
		else if (!stream.kept.ask(command.token, tell)) {
			stream.made -= 1;
			stream.out -= 1;
			stream.left += 1;
		}
	}

	#pack(stream: Stream, index: number, { outcome, startedAt, sentBy = startedAt, endedAt }: Told): void {
		if (!stream.batch) {
			const batch = { base: startedAt, outcomes: [], known: new Map<string, number>(), tries: [] };
			stream.batch = batch;
			setTimeout(() => stream.batch === batch && this.#flush(stream), longestBatch);
		}
		const { base, outcomes, known, tries } = stream.batch;
		const text = JSON.stringify(outcome);
		let number = known.get(text);
		if (number === undefined) {
			number = outcomes.push(outcome) - 1;
			known.set(text, number);
		}
		const packed: Packed = [index, rounded(startedAt - base), rounded(endedAt - startedAt), number];
		if (sentBy - startedAt >= worthTelling) packed.push(rounded(sentBy - startedAt));
		tries.push(packed);
		if (tries.length >= largestBatch) this.#flush(stream);
	}

	#flush(stream: Stream): void {
		if (!stream.batch) return;
		const { base, outcomes, tries } = stream.batch;
		stream.batch = undefined;
		this.#records.add({ is: 'tries', stream: stream.attempt.token, base, outcomes, tries });
	}
}

/** Tens of microseconds: far below what a timer is exact to. */
function rounded(milliseconds: number): number {
	return Math.round(milliseconds * 100) / 100;
}
