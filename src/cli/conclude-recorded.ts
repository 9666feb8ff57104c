import { join } from 'node:path';
import type { Context } from './context.ts';
import { type Ending, type ExitCode, combineExitCode } from './exit-code.ts';
import { judgeRecorded } from './recorded-verdicts.ts';
import { printReportFailures } from './report-failures.ts';
import { requestedReports, writeReports } from './reporters.ts';
import { openRun } from './run-folder.ts';
import { judgedExitCode } from './strictness.ts';

/** Judges a run folder from its files, writes verdicts.json and the reports that are asked for; the exit code is the judge’s. */
export async function concludeRecorded(
	folder: string,
	flags: { reporter: string[]; json: boolean; verbose: boolean; strict: boolean; out: string },
	context: Context,
): Promise<ExitCode> {
	const recorded = await openRun(folder, flags.out);
	const verdicts = judgeRecorded(recorded);
	const source = {
		verdicts,
		plan: recorded.plan,
		folder,
		duration: recorded.events.at(-1)?.at,
		verbose: flags.verbose,
	};
	const kept = { name: 'json' as const, file: join(folder, 'verdicts.json') };
	const requests = [...requestedReports(flags.reporter, { json: flags.json, folder }), kept];
	const reported: Ending = printReportFailures(writeReports(requests, source, context), context);
	const { code, why } = judgedExitCode(verdicts, { strict: flags.strict, maxSkipped: undefined });
	for (const line of why) context.stderr(`${line}\n`);
	return code === 1 ? 1 : combineExitCode(code, reported);
}
