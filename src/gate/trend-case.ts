import type { CellPoint, TrendCase, TrendKind } from '../model/trend.ts';
import { isFailing } from './apply-gate.ts';

/** How often a case has to change between passing and failing before it is called flapping. */
const flappingChanges = 2;

/** A case, and what it came to; `passing` and `quiet` (not attempted the last night, and well before) need no entry. */
export interface JudgedCase extends TrendCase {
	kind: TrendKind | 'passing' | 'quiet';
	/** It failed in some run of the last night, without a waiver: as what, the worst of them. */
	failedLast: 'leak' | 'broken' | 'inconclusive' | undefined;
}

/**
 * What a case came to over the runs of one cluster. `points`: one for each run, the oldest first. `nights`: of each run.
 * `lastNight`: of all clusters. Pure.
 */
export function judgeCase(
	id: string,
	points: readonly (CellPoint | undefined)[],
	nights: readonly number[],
	lastNight: number,
): JudgedCase {
	const attempted = points.flatMap((point, place) => (point === undefined ? [] : [{ point, place }]));
	const last = attempted.at(-1);
	const changed = attempted.filter(
		({ point }, index) => index > 0 && isFailing(point) !== isFailing(attempted[index - 1]?.point ?? point),
	);
	const since = (changed.at(-1) ?? attempted[0])?.place ?? 0;
	const before = attempted.findLast(({ place }) => place < since)?.point;
	const now = last?.point;
	return {
		id,
		verdicts: points.map((point) => point?.verdict),
		since,
		changes: changed.length,
		waived: now?.waived === true,
		first: nights[since] === lastNight && before === undefined,
		...(before && now && before.expectation !== now.expectation
			? { declared: { before: before.expectation, now: now.expectation } }
			: {}),
		kind: kindOf(changed.length, now, nights[last?.place ?? 0] === lastNight, nights[since] === lastNight),
		failedLast: worstOf(points.filter((point, place) => nights[place] === lastNight && !point?.waived)),
	};
}

function kindOf(changes: number, now: CellPoint | undefined, current: boolean, recent: boolean): JudgedCase['kind'] {
	const fails = now !== undefined && isFailing(now);
	if (!current) return fails || changes >= flappingChanges ? 'unattempted' : 'quiet';
	if (changes >= flappingChanges) return 'flapping';
	if (fails) return recent ? 'new' : 'failing';
	return recent && changes > 0 ? 'fixed' : 'passing';
}

function worstOf(points: readonly (CellPoint | undefined)[]): JudgedCase['failedLast'] {
	return (['leak', 'broken', 'inconclusive'] as const).find((verdict) =>
		points.some((point) => point?.verdict === verdict),
	);
}
