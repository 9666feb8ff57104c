import { readFileSync, statSync } from 'node:fs';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { type RunVerdicts, verdictsSchemaVersion } from '../model/verdict.ts';
import { judgeFolder } from './judge-folder.ts';

/** Of a run by its folder, its id below `out`, or `latest`; or of a verdicts.json alone, as pipelines keep them. */
export async function readVerdicts(run: string, out: string): Promise<RunVerdicts> {
	if (!(statSync(run, { throwIfNoEntry: false })?.isFile() ?? false)) return judgedVerdicts(run, out);
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

async function judgedVerdicts(run: string, out: string): Promise<RunVerdicts> {
	const judged = await judgeFolder(run, out, { json: false });
	judged.close();
	return judged.verdicts;
}
