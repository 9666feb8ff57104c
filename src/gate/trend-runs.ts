import {
	type CellPoint,
	type ClusterTrend,
	type PassedOver,
	type RunSummary,
	type Trend,
	type TrendCase,
	type TrendKind,
	type TrendRun,
	trendSchemaVersion,
} from '../model/trend.ts';
import { findDrift } from './drift.ts';
import { groupNights } from './nights.ts';
import { type JudgedCase, judgeCase } from './trend-case.ts';

export interface TrendOptions {
	/** Milliseconds; see `groupNights`. */
	nightSpan: number;
	/** How many nights are looked at, the last ones. */
	nights: number;
}

interface Placed {
	summary: RunSummary;
	night: number;
}

/**
 * What changed over several runs, by case id and for each cluster by itself: the same case on another cluster is another
 * one. A case is compared with the runs that attempted it, so what was not attempted is neither fixed nor gone. Pure.
 */
export function trendRuns(runs: readonly RunSummary[], passedOver: PassedOver[], options: TrendOptions): Trend {
	const all = groupNights(runs, options.nightSpan);
	const nights = all.slice(-options.nights);
	const lastNight = nights.length - 1;
	const placed = nights.flatMap((night, index) => night.map((summary): Placed => ({ summary, night: index })));
	const clusters = [...new Set(placed.map(({ summary }) => summary.cluster))];
	const judged = clusters.map((cluster) =>
		trendOfCluster(
			cluster,
			placed.filter(({ summary }) => summary.cluster === cluster),
			lastNight,
		),
	);
	return {
		schemaVersion: trendSchemaVersion,
		nightSpan: options.nightSpan,
		nights: nights.map((night) => ({
			from: night[0]?.startedAt ?? '',
			to: night.at(-1)?.startedAt ?? '',
			runs: night.length,
		})),
		olderNights: all.length - nights.length,
		clusters: judged.map(({ trend }) => trend),
		passedOver,
		exitCode: exitCodeOf(judged),
	};
}

function trendOfCluster(
	cluster: string,
	placed: readonly Placed[],
	lastNight: number,
): { trend: ClusterTrend; judged: JudgedCase[] } {
	const summaries = placed.map(({ summary }) => summary);
	const nights = placed.map(({ night }) => night);
	const runs = placed.map(runOf);
	const judged = [...pointsOf(summaries)].map(([id, points]) => judgeCase(id, points, nights, lastNight));
	const of = (kind: TrendKind) => judged.filter((one) => one.kind === kind).map(entryOf);
	return {
		judged,
		trend: {
			...{ cluster, runs, stale: !nights.includes(lastNight) },
			cases: {
				new: of('new'),
				flapping: of('flapping'),
				failing: of('failing'),
				fixed: of('fixed'),
				unattempted: of('unattempted'),
			},
			passing: judged.filter(({ kind }) => kind === 'passing').length,
			notAttempted: judged.filter(({ kind }) => kind === 'quiet').length,
			drift: findDrift(summaries, runs, lastNight),
			engineChanges: runs.flatMap(({ engine }, place) => {
				const before = runs[place - 1]?.engine ?? engine;
				return before === engine ? [] : [{ place, before, now: engine }];
			}),
		},
	};
}

function runOf({ summary, night }: Placed): TrendRun {
	const { run, place, startedAt, engine, injected, version, verdict, cells } = summary;
	return { run, place, startedAt, engine, injected, version, verdict, night, cells: cells.size };
}

/** By case id, in the order in which they first appear: one entry for each run. */
function pointsOf(runs: readonly RunSummary[]): Map<string, (CellPoint | undefined)[]> {
	const points = new Map<string, (CellPoint | undefined)[]>();
	runs.forEach(({ cells }, place) => {
		for (const [id, point] of cells) {
			const entry = points.get(id) ?? runs.map(() => undefined);
			entry[place] = point;
			points.set(id, entry);
		}
	});
	return points;
}

function entryOf({ kind: _kind, failedLast: _failedLast, ...entry }: JudgedCase): TrendCase {
	return entry;
}

/** What still fails is known; a first night has nothing to be compared with. */
function exitCodeOf(clusters: readonly { trend: ClusterTrend; judged: JudgedCase[] }[]): 0 | 1 | 2 {
	const worse = clusters
		.flatMap(({ judged }) => judged)
		.filter(({ kind }) => kind === 'new' || kind === 'flapping')
		.map(({ failedLast }) => failedLast);
	if (worse.some((verdict) => verdict === 'leak' || verdict === 'broken')) return 1;
	const compared = clusters.some(({ trend }) => !trend.stale && new Set(trend.runs.map(({ night }) => night)).size > 1);
	return worse.includes('inconclusive') || !compared ? 2 : 0;
}
