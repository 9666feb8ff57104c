import type { Cell } from '../model/plan.ts';
import type { Proof, Reason, Verdict } from '../model/verdict.ts';
import type { Control } from './control.ts';
import { type ReasonCode, reason } from './reasons.ts';
import type { TryRecord } from './try-record.ts';

/** What judging one cell comes to, before it is dressed for the report. */
export interface Judgement {
	verdict: Verdict;
	reasons: Reason[];
	findings: Reason[];
	controls: Control[];
	proof: Proof;
	/** Tries that decide, first those that matter most. */
	deciding: TryRecord[];
}

export function judgement(verdict: Verdict, reasons: Reason[], rest: Partial<Judgement> = {}): Judgement {
	return { verdict, reasons, findings: [], controls: [], proof: 'none', deciding: [], ...rest };
}

/** Something about the tries themselves that keeps them from saying anything. */
export function problemsOfTries(tries: readonly TryRecord[]): Reason[] {
	const problems: Reason[] = [];
	const count = (code: ReasonCode, fits: (record: TryRecord) => boolean, detail?: (record: TryRecord) => string) => {
		const found = tries.filter(fits);
		const [first] = found;
		if (!first) return;
		const which = `${found.length} of ${tries.length} tries`;
		problems.push(reason(code, detail ? `${which}: ${detail(first)}` : which));
	};
	count('result-missing', (record) => record.result === undefined);
	count('not-run', isNotRun, (record) => record.result?.outcome.detail ?? 'no detail');
	count(
		'answered-by-other',
		(record) => record.seen.other !== undefined,
		(record) => record.seen.other ?? '',
	);
	count('straddles-change', (record) => record.seen.straddles);
	return problems;
}

export function isNotRun(record: TryRecord): boolean {
	return record.result?.outcome.code === 'not-run';
}

export function reasonsOf(controls: readonly Control[]): Reason[] {
	return controls.flatMap((control) => (control.code === undefined ? [] : [reason(control.code, control.detail)]));
}

/** Why a cell has no tries, or too few; undefined when there are enough that ran. */
export function tooFew(cell: Cell, tries: readonly TryRecord[]): Reason | undefined {
	if (tries.length === 0) return reason('not-attempted');
	return tries.length < cell.tries ? reason('too-few-tries', `${tries.length} of ${cell.tries}`) : undefined;
}
