import { closeSync, openSync } from 'node:fs';
import type { EventBody } from '../model/event.ts';
import { writeFully } from './write-fully.ts';

/** The append-only record of a run: one JSON value per line, never rewritten, readable after a kill at any instant. */
export interface HistoryWriter {
	/**
	 * Appends an event; returns its line number. Lines are buffered until the turn of the event loop ends, or `flush`.
	 * `at`: when it happened, where that is not now.
	 */
	append(event: EventBody, at?: number): number;
	/** Hands everything to the kernel: after it returns, a kill of this process loses nothing of what was appended. */
	flush(): void;
	/** A `performance.now()` value as milliseconds since the run began. */
	time(now?: number): number;
	/** Flushes and closes; whoever opened the history calls it. */
	close(): void;
}

/** Creates `file` (which must not exist yet) and starts the clock of the run. */
export function openHistory(file: string): HistoryWriter {
	const descriptor = openSync(file, 'ax');
	const origin = performance.now();
	let count = 0;
	let buffered: string[] = [];
	let scheduled = false;
	let closed = false;

	const time = (now = performance.now()) => Math.round((now - origin) * 1000) / 1000;
	const flush = () => {
		if (closed || buffered.length === 0) return;
		const text = buffered.join('');
		buffered = [];
		writeFully(descriptor, text);
	};

	return {
		append(event, at = time()) {
			count += 1;
			buffered.push(`${JSON.stringify({ n: count, at, ...event })}\n`);
			if (!scheduled) {
				scheduled = true;
				setImmediate(() => {
					scheduled = false;
					flush();
				});
			}
			return count;
		},
		flush,
		time,
		close() {
			if (closed) return;
			flush();
			closed = true;
			closeSync(descriptor);
		},
	};
}
