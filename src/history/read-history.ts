import type { HistoryEvent } from '../model/event.ts';
import { type HistoryGaps, LineScanner, scanHistory } from './scan-history.ts';

export interface RecordedHistory extends HistoryGaps {
	events: HistoryEvent[];
}

/** Reads a history, also one whose writer was killed. Rejects only when the file cannot be read at all. */
export async function readHistory(file: string): Promise<RecordedHistory> {
	const events: HistoryEvent[] = [];
	const gaps = await scanHistory(file, (event) => events.push(event));
	return { events, ...gaps };
}

/** Pure twin of `readHistory`. */
export function parseHistory(text: string): RecordedHistory {
	const events: HistoryEvent[] = [];
	const scanner = new LineScanner((event) => events.push(event));
	scanner.take(text);
	return { events, ...scanner.end() };
}
