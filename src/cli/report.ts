import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Action } from './actions.ts';
import type { ExitCode } from './exit-code.ts';
import { judgeFolder } from './judge-folder.ts';
import { printReportFailures } from './report-failures.ts';
import { requestedReports, writeReports } from './reporters.ts';

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
		const judged = await judgeFolder(run, flags.out, { json: requests.some(({ name }) => name === 'json') });
		for (const gap of judged.gaps) context.stderr(`${judged.folder}: ${gap}\n`);
		const failures = writeReports(requests, { ...judged, verbose: flags.verbose }, context);
		judged.close();
		const ending = printReportFailures(failures, context);
		if (ending !== 'completed') code = ending === 'bug' ? 70 : 3;
	}
	return code;
};
