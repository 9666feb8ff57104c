import { join } from 'node:path';
import type { Context } from './context.ts';
import { type Ending, type ExitCode, combineExitCode } from './exit-code.ts';
import { judgeFolder } from './judge-folder.ts';
import { printReportFailures } from './report-failures.ts';
import { requestedReports, writeReports } from './reporters.ts';
import { judgedExitCode } from './strictness.ts';

/** Judges a run folder from its files, writes verdicts.json and the reports that are asked for; the exit code is the judge’s. */
export async function concludeRecorded(
	folder: string,
	flags: { reporter: string[]; json: boolean; verbose: boolean; strict: boolean; out: string },
	context: Context,
): Promise<ExitCode> {
	const judged = await judgeFolder(folder, flags.out, { json: true });
	try {
		const { verdicts } = judged;
		const kept = { name: 'json' as const, file: join(folder, 'verdicts.json') };
		const requests = [...requestedReports(flags.reporter, { json: flags.json, folder }), kept];
		const source = { ...judged, verbose: flags.verbose };
		const reported: Ending = printReportFailures(writeReports(requests, source, context), context);
		const { code, why } = judgedExitCode(verdicts, { strict: flags.strict, maxSkipped: undefined });
		for (const line of why) context.stderr(`${line}\n`);
		return code === 1 ? 1 : combineExitCode(code, reported);
	} finally {
		judged.close();
	}
}
