import type { Drift, Measure, RunSummary, TrendRun } from '../model/trend.ts';

/** By which the last night has to differ before anybody is told; machines are noisy. */
const factor = 1.5;
/** Fewer runs before the last night say nothing about what is usual. */
const leastBefore = 3;
/** Milliseconds. Replies on one host take tenths of one; changes are polled. */
const floors = { reply: 2, other: 50 };

/**
 * Latencies, measured in at least three runs before the last night, whose median of the last night lies outside of the range of the nights before, differs from their median by
 * half at least, and by more than a floor (2 ms for replies, else 50 ms) and the measuring error. The widest drift first.
 * `runs` and `places` belong together.
 */
export function findDrift(runs: readonly RunSummary[], places: readonly TrendRun[], lastNight: number): Drift[] {
	const series = new Map<string, Series>();
	runs.forEach((run, place) => {
		for (const { of, scenario, measure, value, error } of run.measures) {
			const key = `${measure} ${of}`;
			const entry = series.get(key) ?? { of, scenario, measure, values: runs.map(() => undefined), error: 0 };
			entry.values[place] = value;
			entry.error = Math.max(entry.error, error);
			series.set(key, entry);
		}
	});
	const isLast = places.map(({ night }) => night === lastNight);
	return [...series.values()]
		.flatMap((entry) => driftOf(entry, isLast) ?? [])
		.sort((one, other) => ratio(other) - ratio(one));
}

interface Series {
	of: string;
	scenario: string;
	measure: Measure;
	values: (number | undefined)[];
	error: number;
}

function driftOf({ of, scenario, measure, values, error }: Series, isLast: readonly boolean[]): Drift | undefined {
	const earlier = values.filter((value, place): value is number => value !== undefined && !isLast[place]);
	const latest = values.filter((value, place): value is number => value !== undefined && isLast[place] === true);
	if (earlier.length < leastBefore || latest.length === 0) return undefined;
	const [before, now] = [median(earlier), median(latest)];
	const range: [number, number] = [Math.min(...earlier), Math.max(...earlier)];
	const floor = Math.max(measure === 'reply' ? floors.reply : floors.other, 2 * error);
	const inside = now >= range[0] && now <= range[1];
	if (inside || Math.abs(now - before) < floor || Math.max(now, before) < factor * Math.min(now, before))
		return undefined;
	return { of, scenario, measure, before, now, range, values };
}

function ratio({ before, now }: Drift): number {
	return Math.max(now, before) / Math.max(Math.min(now, before), 0.001);
}

function median(values: readonly number[]): number {
	const sorted = values.toSorted((one, other) => one - other);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? 0;
	return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
