import type { ClusterTrend, Drift, TrendCase, TrendKind } from '../model/trend.ts';
import type { Verdict } from '../model/verdict.ts';
import { describeDuration, plural } from './counts.ts';
import type { Style } from './paint.ts';

/** What a kind of change is called, and what it means, in the order in which they are shown. */
export const trendWords: Record<TrendKind, { title: string; means: string; styles: Style[] }> = {
	new: { title: 'new', means: 'fails, and did not before the last night', styles: ['bold', 'red'] },
	flapping: { title: 'flapping', means: 'failed and passed by turns', styles: ['bold', 'yellow'] },
	failing: { title: 'still failing', means: 'failed before the last night, and fails', styles: ['red'] },
	fixed: { title: 'fixed', means: 'failed, and passes since the last night', styles: ['green'] },
	unattempted: {
		title: 'not attempted',
		means: 'failed or flapped when it was attempted last, and was not attempted the last night: not fixed',
		styles: ['cyan'],
	},
};

const letters: Record<Verdict, string> = {
	leak: 'L',
	broken: 'B',
	inconclusive: '?',
	skipped: 's',
	unprotected: 'u',
	observed: 'o',
	enforced: '■',
};

/** A letter for each run, and what it means. */
export function letterOf(verdict: Verdict | undefined): string {
	return verdict === undefined ? '-' : letters[verdict];
}

export const lettersMean = '■ enforced, L leak, B broken, ? inconclusive, u unprotected, o observed, - not attempted';

/** `■■ LL`: a letter for each run, a gap between nights. */
export function stripOf({ verdicts }: TrendCase, { runs }: ClusterTrend): string {
	return verdicts
		.map((verdict, place) => {
			const gap = place > 0 && runs[place]?.night !== runs[place - 1]?.night ? ' ' : '';
			return gap + letterOf(verdict);
		})
		.join('');
}

/** What stands behind a case id: `changed 3 times; waived; declares blocked now, allowed before`. */
export function remarksOf(one: TrendCase, { runs }: ClusterTrend, kind: TrendKind): string {
	const since = runs[one.since];
	return [
		kind === 'flapping' ? `changed ${one.changes} times` : '',
		kind === 'failing' && since ? `since ${sayMinute(since.startedAt)}` : '',
		one.first && kind === 'new' ? 'never attempted before' : '',
		one.declared ? `declared ${one.declared.before} before, ${one.declared.now} now` : '',
		one.waived ? 'waived' : '',
	]
		.filter((text) => text !== '')
		.join('; ');
}

/** The verdict that a case has now, or had when it was attempted last. */
export function lastVerdict({ verdicts }: TrendCase): Verdict | undefined {
	return verdicts.findLast((verdict) => verdict !== undefined);
}

/** `reply 0.4 ms → 2.6 ms (before 0.3 to 0.5 ms)`. */
export function describeDrift({ measure, before, now, range }: Drift): string {
	const [least, most] = range.map(describeDuration);
	const seen = least === most ? '' : ` (before ${least} to ${most})`;
	return `${measure} ${describeDuration(before)} → ${describeDuration(now)}${seen}`;
}

/** `2026-01-01 12:00`, in UTC. */
export function sayMinute(time: string): string {
	return time.slice(0, 16).replace('T', ' ');
}

/** `3 new, 1 flapping, 2 fixed; 318 pass`. */
export function describeTrend({ cases, passing, notAttempted }: ClusterTrend): string {
	const parts = (Object.keys(trendWords) as TrendKind[])
		.filter((kind) => cases[kind].length > 0)
		.map((kind) => `${cases[kind].length} ${trendWords[kind].title}`);
	const changed = parts.length === 0 ? 'nothing changed' : parts.join(', ');
	const quiet = notAttempted === 0 ? '' : `, ${plural(notAttempted, 'other cell')} not attempted the last night`;
	return `${changed}; ${passing} pass${quiet}`;
}
