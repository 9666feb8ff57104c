import { renderConsole } from '../report/console.ts';
import { renderJson } from '../report/json.ts';
import type { Action } from './actions.ts';
import { judgeRecorded } from './recorded-verdicts.ts';
import { openRun } from './run-folder.ts';
import { judgedExitCode } from './strictness.ts';

/** Judges plan.json and history.jsonl again, with the waivers of the run if it had any; with `--json` the same bytes as verdicts.json. Writes no file. */
export const judge: Action<'judge'> = async (context, args, flags) => {
	const recorded = await openRun(args[0] ?? 'latest', flags.out);
	for (const gap of recorded.gaps) context.stderr(`${recorded.folder}: ${gap}\n`);
	const verdicts = judgeRecorded(recorded);
	const duration = recorded.events.at(-1)?.at;
	context.stdout(
		flags.json
			? renderJson(verdicts)
			: renderConsole(verdicts, {
					colour: context.colour.stdout,
					width: context.width,
					verbose: flags.verbose,
					folder: recorded.folder,
					...(duration !== undefined && { duration }),
				}),
	);
	const { code, why } = judgedExitCode(verdicts, { strict: flags.strict, maxSkipped: undefined });
	for (const line of why) context.stderr(`${line}\n`);
	return code;
};
