import { readFileSync, statSync } from 'node:fs';
import { applyGate } from '../gate/apply-gate.ts';
import { judge } from '../judge/judge.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { type RunVerdicts, verdictsSchemaVersion } from '../model/verdict.ts';
import { type RecordedRun, openRun } from './run-folder.ts';

/** What a recorded run comes to: judged anew, and held against the waivers and the baseline that it was made with. */
export function judgeRecorded({ plan, events, gate }: RecordedRun): RunVerdicts {
	return applyGate(judge(plan, events), gate);
}

/** Of a run by its folder, its id below `out`, or `latest`; or of a verdicts.json alone, as pipelines keep them. */
export async function readVerdicts(run: string, out: string): Promise<RunVerdicts> {
	if (!(statSync(run, { throwIfNoEntry: false })?.isFile() ?? false)) return judgeRecorded(await openRun(run, out));
	let verdicts: RunVerdicts;
	try {
		verdicts = JSON.parse(readFileSync(run, 'utf8')) as RunVerdicts;
	} catch (cause) {
		throw new GatecrashError('GC_RUN_FOLDER', `${run} cannot be read`, { cause });
	}
	if (verdicts?.schemaVersion === verdictsSchemaVersion && Array.isArray(verdicts.scenarios)) return verdicts;
	throw new GatecrashError('GC_USAGE', `${run} is no verdicts.json of this version of gatecrash`, {
		hint: 'name a run, or the verdicts.json of one',
	});
}
