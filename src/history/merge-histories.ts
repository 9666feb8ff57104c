import { closeSync, openSync } from 'node:fs';
import type { EventBody } from '../model/event.ts';
import { scanHistory } from './scan-history.ts';
import { writeFully } from './write-fully.ts';

/** Characters that are gathered before they are written. */
const batch = 1 << 20;

/**
 * Writes one history of several, one after the other, with lines numbered anew. Times stay as they are: of each scenario
 * they count from the beginning of the run that attempted it, and no scenario’s times are ever compared with another’s. What
 * the parts say of their own runs is left out; `before` and `after` say it of the whole. `file` must not exist yet. Holds no
 * more than a few lines in memory.
 */
export async function mergeHistories(
	file: string,
	parts: readonly string[],
	before: readonly EventBody[],
	after: readonly EventBody[],
): Promise<void> {
	const descriptor = openSync(file, 'ax');
	let n = 0;
	let last = 0;
	let lines: string[] = [];
	let length = 0;
	const flush = () => {
		writeFully(descriptor, lines.join(''));
		lines = [];
		length = 0;
	};
	const append = (event: EventBody, at: number) => {
		n += 1;
		last = Math.max(last, at);
		const line = `${JSON.stringify({ n, at, ...event })}\n`;
		lines.push(line);
		length += line.length;
		if (length >= batch) flush();
	};
	try {
		for (const event of before) append(event, 0);
		for (const part of parts) {
			await scanHistory(part, ({ n: _n, at, ...event }) => {
				if ('scenario' in event) append(event, at);
			});
		}
		for (const event of after) append(event, last);
		flush();
	} finally {
		closeSync(descriptor);
	}
}
