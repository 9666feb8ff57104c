import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { readHistory } from '../history/read-history.ts';
import type { HistoryEvent } from '../model/event.ts';
import type { RunVerdicts } from '../model/verdict.ts';
import { countCells, manyCells } from './plan-file.ts';
import { isReplaceable } from './replace-file.ts';
import type { ReportSource } from './render-report.ts';
import { type ReportFailure, type ReportRequest, writeReports } from './reporters.ts';
import type { Context } from './context.ts';

/** Reports while the run goes on: after a kill at any instant, each file holds what was known by then, as cut off. */
export interface LiveReports {
	/** Judges what was recorded so far, and writes every file anew; does nothing where that would slow the run down. */
	refresh(): Promise<void>;
	/** What threw on the way. A file that can't be written is not tried again before the end. */
	readonly failures: readonly ReportFailure[];
}

/** Of the run's time that writing reports may take: judging and rendering grow with what was recorded. */
const shareOfTime = 0.05;

export function openLiveReports(
	requests: ReportRequest[],
	source: Omit<ReportSource, 'verdicts' | 'duration'>,
	judge: (events: HistoryEvent[]) => RunVerdicts,
	context: Context,
): LiveReports {
	const failures: ReportFailure[] = [];
	let notBefore = 0;
	const isLarge = countCells(source.plan) > manyCells;
	return {
		failures,
		async refresh() {
			const began = performance.now();
			// Judging it takes minutes, and more memory than the run has left.
			if (began < notBefore || isLarge) return;
			const files = requests.filter(
				(request) =>
					request.file !== undefined &&
					isReplaceable(request.file) &&
					!failures.some((failure) => failure.request === request),
			);
			if (files.length === 0) return;
			const history = join(source.folder, 'history.jsonl');
			const events = existsSync(history) ? (await readHistory(history)).events : [];
			const duration = events.at(-1)?.at;
			failures.push(...writeReports(files, { ...source, verdicts: judge(events), duration }, context));
			const took = performance.now() - began;
			// The empty ones at the beginning are made once, and the first scenario that ends is worth writing down.
			if (events.length > 0) notBefore = began + took / shareOfTime;
		},
	};
}
