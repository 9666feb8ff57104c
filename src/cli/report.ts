import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Action } from './actions.ts';
import type { ExitCode } from './exit-code.ts';
import { judgeRecorded } from './recorded-verdicts.ts';
import { printReportFailures } from './report-failures.ts';
import { requestedReports, writeReports } from './reporters.ts';
import { openRun } from './run-folder.ts';

/** Renders recorded runs. The exit code says only whether that went well; `judge` says what the verdicts mean. */
export const report: Action<'report'> = async (context, args, flags) => {
	const requests = requestedReports(flags.reporter, { json: false, folder: undefined });
	if (args.length > 1 && requests.some((request) => request.file !== undefined)) {
		throw new GatecrashError('GC_USAGE', 'several runs would overwrite one report file', {
			hint: 'name one RUN, or no FILE',
		});
	}
	let code: ExitCode = 0;
	for (const run of args) {
		const recorded = await openRun(run, flags.out);
		for (const gap of recorded.gaps) context.stderr(`${recorded.folder}: ${gap}\n`);
		const verdicts = judgeRecorded(recorded);
		const { folder, plan } = recorded;
		const source = { verdicts, plan, folder, duration: recorded.events.at(-1)?.at, verbose: flags.verbose };
		const ending = printReportFailures(writeReports(requests, source, context), context);
		if (ending !== 'completed') code = ending === 'bug' ? 70 : 3;
	}
	return code;
};
