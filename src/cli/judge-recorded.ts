import { applyGate } from '../gate/apply-gate.ts';
import { judge } from '../judge/judge.ts';
import type { RunVerdicts } from '../model/verdict.ts';
import type { RecordedRun } from './run-folder.ts';

/** What a recorded run comes to: judged anew, and held against the waivers and the baseline that it was made with. */
export function judgeRecorded({ plan, events, gate }: RecordedRun): RunVerdicts {
	return applyGate(judge(plan, events), gate);
}
