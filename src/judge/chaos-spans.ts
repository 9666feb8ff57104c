import type { Spread } from '../model/verdict.ts';

/** Something whose length is known to lie between two bounds, milliseconds. */
export interface Span {
	atLeast: number;
	atMost: number;
}

export function spreadOf(spans: readonly Span[]): Spread | undefined {
	if (spans.length === 0) return undefined;
	const estimates = spans.map(({ atLeast, atMost }) => (atLeast + atMost) / 2).sort((a, b) => a - b);
	const at = (share: number) => estimates[Math.min(estimates.length - 1, Math.ceil(share * estimates.length) - 1)] ?? 0;
	const error = Math.max(...spans.map(({ atLeast, atMost }) => (atMost - atLeast) / 2));
	return {
		samples: estimates.length,
		median: rounded(at(0.5)),
		p99: rounded(at(0.99)),
		longest: rounded(at(1)),
		error: rounded(error),
		histogram: histogramOf(estimates),
	};
}

/** Bounds double, from that of the shortest to that of the longest. */
function histogramOf(sorted: readonly number[]): Spread['histogram'] {
	const boundOf = (value: number) => 2 ** Math.ceil(Math.log2(Math.max(1, value)));
	const last = boundOf(sorted.at(-1) ?? 0);
	const buckets: Spread['histogram'] = [];
	for (let upTo = boundOf(sorted[0] ?? 0); upTo <= last; upTo *= 2) {
		buckets.push({ upTo, count: sorted.filter((value) => boundOf(value) === upTo).length });
	}
	return buckets;
}

/** How much of the stretches lies within `reach` of each of several lists of instants (sorted). Milliseconds. */
export function coveredTime(
	stretches: readonly { from: number; to: number }[],
	...near: { at: readonly number[]; reach: number }[]
): number {
	const covered = near.map(({ at, reach }) => merged(at, reach));
	return stretches.reduce((sum, stretch) => {
		const parts = covered.reduce((open, intervals) => intersect(open, intervals), [stretch]);
		return sum + parts.reduce((all, { from, to }) => all + to - from, 0);
	}, 0);
}

function merged(instants: readonly number[], reach: number): { from: number; to: number }[] {
	const intervals: { from: number; to: number }[] = [];
	for (const at of instants) {
		const last = intervals.at(-1);
		if (last && at - reach <= last.to) last.to = at + reach;
		else intervals.push({ from: at - reach, to: at + reach });
	}
	return intervals;
}

function intersect(
	some: readonly { from: number; to: number }[],
	others: readonly { from: number; to: number }[],
): { from: number; to: number }[] {
	return some.flatMap(({ from, to }) =>
		others
			.filter((other) => other.to > from && other.from < to)
			.map((other) => ({ from: Math.max(from, other.from), to: Math.min(to, other.to) })),
	);
}

/** Microseconds are as exact as clocks here are. */
export function rounded(milliseconds: number): number {
	return Math.round(milliseconds * 1000) / 1000;
}
