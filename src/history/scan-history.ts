import { createReadStream } from 'node:fs';
import type { HistoryEvent } from '../model/event.ts';

/** What is missing from a history. */
export interface HistoryGaps {
	/** The last line was cut off (the process was killed while writing); it was left out. */
	truncated: boolean;
	/** Line numbers, from 1, of complete lines that are not events: the file was damaged by something else. */
	damaged: number[];
}

/**
 * Tells every event of a history, in the order of its lines, and keeps none: a history may be larger than memory. Also one
 * whose writer was killed. Rejects only when the file cannot be read at all, and with what `onEvent` throws.
 */
export async function scanHistory(file: string, onEvent: (event: HistoryEvent) => void): Promise<HistoryGaps> {
	const scanner = new LineScanner(onEvent);
	for await (const text of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
		scanner.take(text as string);
	}
	return scanner.end();
}

/** Takes a text piece by piece, and tells the events in it. */
export class LineScanner {
	readonly #onEvent: (event: HistoryEvent) => void;
	readonly #damaged: number[] = [];
	#rest = '';
	#line = 0;

	constructor(onEvent: (event: HistoryEvent) => void) {
		this.#onEvent = onEvent;
	}

	take(text: string): void {
		const lines = (this.#rest + text).split('\n');
		this.#rest = lines.pop() ?? '';
		for (const line of lines) {
			this.#line += 1;
			const event = parseLine(line);
			if (event) this.#onEvent(event);
			else this.#damaged.push(this.#line);
		}
	}

	/** A complete file ends in a newline, so what stands after the last one is a line that was cut off. */
	end(): HistoryGaps {
		return { truncated: this.#rest !== '', damaged: this.#damaged };
	}
}

function parseLine(line: string): HistoryEvent | undefined {
	try {
		const value: unknown = JSON.parse(line);
		return isEvent(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

function isEvent(value: unknown): value is HistoryEvent {
	return typeof value === 'object' && value !== null && 'n' in value && typeof value.n === 'number' && 'is' in value;
}
