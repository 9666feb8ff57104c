import type { Cell, ChaosPlan } from '../model/plan.ts';
import type { ChaosMeasures, ChaosWindow } from '../model/verdict.ts';
import { coveredTime, rounded, type Span, spreadOf } from './chaos-spans.ts';
import { type ChaosTimeline, chaosTimeline, roundAt, type Stretch } from './chaos-timeline.ts';
import { inAllowed, inForbidden, type StretchFindings, type Window } from './chaos-windows.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import { probesOf, type StreamRecord } from './stream-history.ts';
import { fairTries } from './fair-tries.ts';
import { type StreamTry, streamTries } from './stream-tries.ts';

/** All that is known of one path around a fault, before it is judged. */
export interface ChaosFindings {
	tries: StreamTry[];
	timeline: ChaosTimeline;
	forbidden: Stretch[];
	allowed: Stretch[];
	leaks: Window[];
	outages: Window[];
	closings: Span[];
	openings: Span[];
	/** One for each round with forbidden time. */
	exposures: Span[];
	neverClosed: Stretch[];
	neverOpened: Stretch[];
	/** How long a kept connection went on after each change that would forbid it. */
	outlived: Span[];
	measures: ChaosMeasures;
}

/** A longer pause between two tries leaves a gap in which nothing is known; so many intervals to each side. */
const reachOfTries = 1.5;
/** A server that answered has lived this long before, and lives this long after, at least. Milliseconds. */
const reachOfControls = 100;
/** As many windows as a person looks at; all of them are in the history. */
const windowsShown = 20;

export function measureChaos(
	history: ScenarioHistory,
	step: number,
	plan: ChaosPlan,
	cell: Cell,
	/** When somebody was answered by the server of the path, sorted. */
	controls: readonly number[],
): ChaosFindings | undefined {
	const streams = history.streams.byCell.get(cell.id) ?? [];
	const tries = streamTries(streams, cell.chaos?.kept);
	const timeline = chaosTimeline(history, step, plan, cell, {
		firstTry: (since) => tries.find(({ at }) => at >= since)?.at,
		lastTry: (before) => tries.findLast(({ at }) => at <= before)?.at,
	});
	if (!timeline) return undefined;
	const exactness = { clockError: clockErrorOf(history, streams), hold: history.streams.began.get(step)?.hold ?? 0 };
	const forbidden = timeline.stretches.filter(({ state }) => state === 'blocked');
	const allowed = timeline.stretches.filter(({ state }) => state === 'allowed');
	const closed = forbidden.map((stretch) => inForbidden(stretch, tries, exactness));
	const fair = fairTries(history, streams, tries, allowed);
	const opened = allowed.map((stretch) => inAllowed(stretch, fair, exactness));
	const leaks = closed.flatMap(({ windows }) => windows);
	const found = {
		...{ tries, timeline, forbidden, allowed, leaks, outages: opened.flatMap(({ windows }) => windows) },
		closings: followings(closed),
		openings: followings(opened),
		exposures: exposuresOf(timeline, forbidden, leaks),
		neverClosed: forbidden.filter((_, index) => closed[index]?.never === true),
		outlived: cell.chaos?.kept ? outlivedIn(timeline, tries, exactness.clockError) : [],
		neverOpened: allowed.filter((_, index) => opened[index]?.never === true),
	};
	const nearTo = (some: readonly StreamTry[]) => ({
		at: some.filter(({ ran }) => ran).map(({ at }) => at),
		reach: reachOfTries * plan.every,
	});
	const living = { at: controls, reach: Math.max(reachOfControls, reachOfTries * plan.every) };
	const left = streams.reduce((sum, stream) => sum + (stream.left ?? 0), 0);
	const shares = {
		forbidden: {
			...shareOf(forbidden, (tried) => coveredTime(tried, nearTo(tries), living)),
			gap: rounded(Math.max(0, ...forbidden.map(({ tried }) => widestGap(tried, tries)))),
		},
		allowed: shareOf(allowed, (tried) => coveredTime(tried, nearTo(fair))),
	};
	return { ...found, measures: { ...shares, ...measuresOf(plan, found, exactness.clockError, left) } };
}

function measuresOf(
	{ name, fault, every }: ChaosPlan,
	found: Omit<ChaosFindings, 'measures'>,
	clockError: number,
	left: number,
): Omit<ChaosMeasures, 'forbidden' | 'allowed'> {
	const { timeline, leaks, outages, closings, openings, exposures, outlived } = found;
	const spreads = {
		leakWidth: spreadOf(leaks),
		outageWidth: spreadOf(outages),
		closing: spreadOf(closings),
		opening: spreadOf(openings),
		exposure: spreadOf(exposures),
		outlived: spreadOf(outlived),
	};
	const since = (at: number) => rounded(at - timeline.from);
	return {
		...{ name, fault, rounds: timeline.rounds, every: rounded(every), left, clockError: rounded(clockError) },
		leaks: leaks.slice(0, windowsShown).map((window) => shown(window, timeline)),
		outages: outages.slice(0, windowsShown).map((window) => shown(window, timeline)),
		...{ leakWindows: leaks.length, outageWindows: outages.length },
		...Object.fromEntries(Object.entries(spreads).filter(([, spread]) => spread !== undefined)),
		stretches: timeline.stretches.map(({ state, from, to }) => ({ state, from: since(from), to: since(to) })),
		changes: timeline.turns.flatMap(({ changes }) =>
			changes.map(({ acknowledgedAt, action, objects }) => ({
				at: since(acknowledgedAt),
				change: `${action} ${objects.join(', ')}`,
			})),
		),
	};
}

function shown({ tries, atLeast, atMost }: Window, timeline: ChaosTimeline): ChaosWindow {
	const { from, turns } = timeline;
	const first = tries[0]?.at ?? from;
	const last = tries.at(-1)?.at ?? from;
	const change = turns.flatMap(({ changes }) => changes).findLast(({ requestedAt }) => requestedAt <= first);
	return {
		round: roundAt(timeline, first),
		...{ first: rounded(first - from), last: rounded(last - from), tries: tries.length },
		...{ atLeast: rounded(atLeast), atMost: rounded(atMost) },
		...(change && {
			since: {
				change: `${change.action} ${change.objects.join(', ')}`,
				after: rounded(first - change.acknowledgedAt),
			},
		}),
	};
}

function followings(found: readonly StretchFindings[]): Span[] {
	return found.flatMap(({ following }) => following ?? []);
}

function exposuresOf(timeline: ChaosTimeline, forbidden: readonly Stretch[], leaks: readonly Window[]): Span[] {
	if (forbidden.length === 0) return [];
	return timeline.ends.map((_, round) => {
		const ofRound = leaks.filter(({ tries }) => roundAt(timeline, tries[0]?.at ?? 0) === round);
		const sum = (of: (window: Window) => number) => ofRound.reduce((all, window) => all + of(window), 0);
		return { atLeast: sum(({ atLeast }) => atLeast), atMost: sum(({ atMost }) => atMost) };
	});
}

/** From each change after which a kept connection may be cut, or not, until its last token in that time. */
function outlivedIn({ stretches }: ChaosTimeline, tries: readonly StreamTry[], clockError: number): Span[] {
	return stretches.flatMap(({ state, before, from, to }) => {
		const inside = tries.filter(({ at, ran }) => ran && at >= from && at <= to);
		if (state !== 'open' || before !== 'allowed' || inside.length === 0) return [];
		const last = inside.findLastIndex(({ landed }) => landed !== undefined);
		const next = inside[last + 1]?.sentBy ?? to;
		return [{ atLeast: Math.max(0, (inside[last]?.at ?? from) - from - clockError), atMost: next - from + clockError }];
	});
}

function shareOf(
	stretches: readonly Stretch[],
	coveredOf: (tried: Stretch['tried'][]) => number,
): { time: number; covered: number } {
	const tried = stretches.map((stretch) => stretch.tried);
	const time = tried.reduce((sum, { from, to }) => sum + to - from, 0);
	const covered = time === 0 ? 0 : coveredOf(tried) / time;
	return { time: rounded(time), covered: Math.floor(covered * 10_000) / 10_000 };
}

/** The longest time between two tries, or between one and the end of the stretch. */
function widestGap({ from, to }: Stretch['tried'], tries: readonly StreamTry[]): number {
	let last = from;
	let widest = 0;
	for (const { at, sentBy, ran } of tries) {
		if (!ran || sentBy <= from || at >= to) continue;
		widest = Math.max(widest, Math.min(sentBy, to) - last);
		last = Math.max(last, at);
	}
	return Math.max(widest, to - last);
}

/** Readings at the beginning and at the end: how exact each is, and how far apart they are. */
function clockErrorOf({ streams: { clocks } }: ScenarioHistory, streams: readonly StreamRecord[]): number {
	// Tokens are timed by whoever saw them.
	const errors = [...probesOf(streams)].map((uid) => {
		const readings = clocks.get(uid) ?? [];
		const offsets = readings.map(({ offset }) => offset);
		if (offsets.length === 0) return 0;
		return Math.max(...readings.map(({ error }) => error)) + Math.max(...offsets) - Math.min(...offsets);
	});
	return Math.max(0, ...errors);
}
