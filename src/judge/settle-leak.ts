import type { Cell } from '../model/plan.ts';
import { type Judgement, judgement } from './finding-out.ts';
import { isWrapped } from './judge-identity.ts';
import { reason } from './reasons.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import { settleStepBefore } from './settle-control.ts';
import type { TryRecord } from './try-record.ts';

/**
 * Settling measures how long a change takes, so its tokens are no leaks, with two exceptions: the path was still open
 * when the bound was reached, or a token arrived after the path had closed and the hold time had passed.
 */
export function settleLeak(
	history: ScenarioHistory,
	cell: Cell,
	declared: readonly TryRecord[],
): Judgement | undefined {
	const epoch = history.epochs.get(declared[0]?.event.epoch ?? -1);
	const step = epoch && settleStepBefore(history, epoch);
	const settled = step === undefined ? undefined : history.settled.get(step);
	if (!epoch || step === undefined || !settled) return undefined;
	const polls = (history.triesByCell.get(cell.id) ?? []).filter(
		(record) =>
			record.event.purpose === 'settle' &&
			history.epochs.get(record.event.epoch)?.began?.step === step &&
			!isWrapped(cell, record),
	);
	if (settled.unsettled.includes(cell.id)) {
		const last = polls.findLast((record) => record.seen.ran);
		return last?.seen.lands === undefined
			? undefined
			: judgement('leak', [reason('leak-unsettled', `step ${step}`)], { deciding: [last] });
	}
	// With another change in between, the hold time says nothing about what is in force now.
	const began = epoch.began?.n ?? 0;
	if (history.changes.some((change) => change.n > settled.n && change.n < began)) return undefined;
	const late = polls.filter(({ event, witnesses }) =>
		witnesses.some(({ uid, seenAt }) => event.targets.includes(uid) && seenAt > settled.at && seenAt <= epoch.closes),
	);
	if (late.length === 0) return undefined;
	return judgement('leak', [reason('leak-after-closing', `${late.length} tokens`)], { deciding: late });
}
