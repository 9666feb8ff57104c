import type { Action } from './actions.ts';
import { judgeFolder } from './judge-folder.ts';
import { writeReports } from './reporters.ts';
import { judgedExitCode } from './strictness.ts';

/** Judges plan.json and history.jsonl again, with the waivers of the run if it had any; with `--json` the same bytes as verdicts.json. Writes no file. */
export const judge: Action<'judge'> = async (context, args, flags) => {
	const judged = await judgeFolder(args[0] ?? 'latest', flags.out, { json: flags.json });
	try {
		for (const gap of judged.gaps) context.stderr(`${judged.folder}: ${gap}\n`);
		const request = { name: flags.json ? ('json' as const) : ('console' as const), file: undefined };
		for (const { error } of writeReports([request], { ...judged, verbose: flags.verbose }, context)) throw error;
		const { code, why } = judgedExitCode(judged.verdicts, { strict: flags.strict, maxSkipped: undefined });
		for (const line of why) context.stderr(`${line}\n`);
		return code;
	} finally {
		judged.close();
	}
};
