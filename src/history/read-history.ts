import { readFile } from 'node:fs/promises';
import type { HistoryEvent } from '../model/event.ts';

export interface RecordedHistory {
	events: HistoryEvent[];
	/** The last line was cut off (the process was killed while writing); it is left out of `events`. */
	truncated: boolean;
	/** Line numbers, from 1, of complete lines that are not events: the file was damaged by something else. */
	damaged: number[];
}

/** Reads a history, also one whose writer was killed. Rejects only when the file cannot be read at all. */
export async function readHistory(file: string): Promise<RecordedHistory> {
	return parseHistory(await readFile(file, 'utf8'));
}

/** Pure twin of `readHistory`. */
export function parseHistory(text: string): RecordedHistory {
	const lines = text.split('\n');
	// A complete file ends in a newline, so what stands after the last one is a line that was cut off.
	const rest = lines.pop() ?? '';
	const events: HistoryEvent[] = [];
	const damaged: number[] = [];
	lines.forEach((line, index) => {
		const event = parseLine(line);
		if (event) events.push(event);
		else damaged.push(index + 1);
	});
	return { events, truncated: rest !== '', damaged };
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
