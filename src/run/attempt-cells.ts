import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterTiming } from '../model/cluster.ts';
import type { Purpose } from '../model/event.ts';
import type { Cell } from '../model/plan.ts';
import type { Agents } from './agents.ts';
import type { EpochWait } from './calibration.ts';
import { sendCalibrated } from './send-calibrated.ts';
import { repliedBy, type Tries, type Try } from './tries.ts';

export interface AttemptRequest {
	cells: readonly Cell[];
	purpose: Purpose;
	epoch: number;
	/** Set as soon as the controls of the burst have shown how long is enough. */
	wait: EpochWait;
	timing: ClusterTiming;
	/** Tries per cell; undefined: the cell's own number. */
	tries: number | undefined;
	/** Which cells are tried again until each target has replied, at most until `retryBound` has passed. */
	retried: (cell: Cell) => boolean;
	retryBound: number;
	signal: AbortSignal;
	onDone: () => void;
}

/** Between two tries of one cell: far enough apart that one burst of loss does not hit them all. Milliseconds. */
const stagger = 40;
const firstPause = 20;
const longestPause = 250;

/**
 * Attempts every cell at once. A forbidden cell gets its declared number of tries and never one more: trying until it
 * fails is how other tools hide leaks. An allowed cell may be tried again while the change is still settling.
 */
export async function attemptCells(tries: Tries, agents: Agents, request: AttemptRequest): Promise<Try[]> {
	const burst = request.cells.flatMap((cell) =>
		Array.from({ length: request.tries ?? cell.tries }, (_, index) => ({
			cell,
			purpose: request.purpose,
			delay: index * stagger,
		})),
	);
	const made = await sendCalibrated(tries, agents, burst, request);
	request.onDone();
	return [...made, ...(await tryAgain(tries, request, made))];
}

async function tryAgain(tries: Tries, request: AttemptRequest, made: readonly Try[]): Promise<Try[]> {
	const until = performance.now() + request.retryBound;
	const progress = new Map<Cell, Answers>();
	const note = (attempt: Try) => {
		const { cell, expects } = attempt;
		const targets = expects === undefined ? attempt.targets.length : 1;
		const entry = progress.get(cell) ?? { replied: new Set(), targets, made: 0, lastReplied: false };
		const by = repliedBy(attempt);
		if (by !== undefined) entry.replied.add(by);
		entry.made += 1;
		entry.lastReplied = by !== undefined;
		progress.set(attempt.cell, entry);
	};
	for (const attempt of made) if (request.retried(attempt.cell)) note(attempt);
	const again: Try[] = [];
	for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
		const open = [...progress].filter(([, entry]) => !isAnswered(entry)).map(([cell]) => cell);
		if (open.length === 0 || performance.now() > until) return again;
		await sleep(pause, undefined, { signal: request.signal });
		const requests = open.map((cell) => ({ cell, purpose: request.purpose, delay: 0 }));
		const more = await tries.send(requests, request.epoch, () => request.wait.current);
		for (const attempt of more) note(attempt);
		again.push(...more);
		if (more.length === 0) return again;
	}
}

/** What came back on one cell so far. */
interface Answers {
	replied: Set<string>;
	targets: number;
	made: number;
	lastReplied: boolean;
}

/**
 * The last try has replied, so that nothing is open about the path; and of a Service, which chooses its backend at
 * random, each backend has, within a bounded number of tries.
 */
function isAnswered({ replied, targets, made, lastReplied }: Answers): boolean {
	if (targets === 0) return true;
	return lastReplied && (replied.size >= targets || made >= targets * 10);
}
