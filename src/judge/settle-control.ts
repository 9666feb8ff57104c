import type { EventOf } from '../model/event.ts';
import type { Cell } from '../model/plan.ts';
import { type Control, held, missing } from './control.ts';
import type { Epoch } from './epoch.ts';
import type { ScenarioHistory } from './scenario-history.ts';

/** The settle step that an epoch's attempts rely on; undefined where the plan has none before them. */
export function settleStepBefore(history: ScenarioHistory, epoch: Epoch): number | undefined {
	if (!epoch.began) return undefined;
	const step = history.plan.steps.slice(0, epoch.began.step).findLastIndex((candidate) => candidate.do === 'settle');
	return step < 0 ? undefined : step;
}

/** The change before was waited for, and this cell reached its expected state within the bound. */
export function settleControl(history: ScenarioHistory, epoch: Epoch, cell: Cell): Control | undefined {
	const step = settleStepBefore(history, epoch);
	if (step === undefined) return undefined;
	const settled = history.settled.get(step);
	const control = 'change settled';
	if (!settled) return missing(control, 'not-settled', `step ${step}`);
	// A declared hole that stays closed is waited for in vain: that is what it is to be better protected.
	if (cell.expectation !== 'unprotected' && settled.unsettled.includes(cell.id))
		return missing(control, 'unsettled', `step ${step}`);
	return held(control, how(settled.method));
}

function how(method: EventOf<'settled'>['method']): string {
	if (method === 'observed') return 'observed on the cells themselves';
	return method === 'canary' ? 'inferred from a canary policy' : 'inferred from the acknowledgement';
}
