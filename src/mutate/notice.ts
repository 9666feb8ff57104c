import type { Cell, ChaosPlan, Prediction, ScenarioPlan } from '../model/plan.ts';
import { type TimedCell, verdictsOf } from '../plan/timeline.ts';
import type { MomentComparison } from './comparison.ts';
import { compiledAt, type Subject } from './subject.ts';

type Verdict = Prediction['verdict'];

/** A cell whose verdict would be another one. */
export interface Notice {
	cell: Cell;
	/** `predicted`: it notices an engine that enforces so, but it follows the text when that is wrong. */
	by: 'declared' | 'predicted';
	before: Verdict;
	after: Verdict;
}

/** The first cell that notices, of those that declare something; else of those that follow the text. */
export function noticedBy(subject: Subject, moments: readonly (MomentComparison | undefined)[]): Notice | undefined {
	let predicted: Notice | undefined;
	for (const timed of subject.timeline.cells) {
		const notice = noticeOf(timed, subject, moments);
		if (notice?.by === 'declared') return notice;
		predicted ??= notice;
	}
	return predicted;
}

function noticeOf(
	timed: TimedCell,
	subject: Subject,
	moments: readonly (MomentComparison | undefined)[],
): Notice | undefined {
	const { cell, connection, also } = timed;
	const touched = timed.moments.some((moment) => {
		const comparison = moment === undefined ? undefined : moments[moment];
		return comparison?.mayDiffer(connection) || (also && comparison?.mayDiffer(also));
	});
	if (!touched || cell.expectation === 'observe') return undefined;
	const unchanged = (moment: number) => compiledAt(subject, moment);
	const before = verdictsOf(timed, (moment, path) => unchanged(moment).verdict(path));
	const after = verdictsOf(timed, (moment, path) => moments[moment]?.after(path) ?? unchanged(moment).verdict(path));
	const at = before.findIndex((verdict, index) => isNoticed(cell, verdict, after[index] ?? verdict, subject.plan));
	const [was, is] = [before[at], after[at]];
	if (was === undefined || is === undefined) return undefined;
	return { cell, by: cell.expectation === 'predicted' ? 'predicted' : 'declared', before: was, after: is };
}

/** Whether the verdict changes when the path is what `after` says, on an engine that enforces just that. */
function isNoticed(cell: Cell, before: Verdict, after: Verdict, plan: ScenarioPlan): boolean {
	if (before === after) return false;
	switch (cell.expectation) {
		case 'allowed':
			return after === 'blocked';
		case 'blocked':
			return after === 'allowed';
		case 'unprotected':
			// A hole that is closed is better protected than declared. A forged identity that counts does not arrive clean.
			return after === (cell.forgedIdentity === undefined ? 'blocked' : 'allowed');
		case 'predicted':
			return isDefinite(before) && isDefinite(after) && isDemanded(cell, after, plan);
		case 'observe':
			return false;
	}
}

/** Under chaos only what the scenario demands can fail. */
function isDemanded({ chaos }: Cell, after: Verdict, plan: ScenarioPlan): boolean {
	if (!chaos) return true;
	const expect = plan.steps.flatMap((step): ChaosPlan['expect'][] =>
		step.do === 'chaos' && step.chaos.name === chaos.name ? [step.chaos.expect] : [],
	)[0];
	return after === 'allowed' ? expect?.leaks === 'none' : expect?.outage !== undefined;
}

function isDefinite(verdict: Verdict): boolean {
	return verdict === 'allowed' || verdict === 'blocked';
}
