import type { Context } from './context.ts';
import type { Ending } from './exit-code.ts';
import { printFailure } from './print-failure.ts';
import type { ReportFailure } from './reporters.ts';

/** Says each once on standard error; how that ends the command. */
export function printReportFailures(failures: readonly ReportFailure[], context: Context): Ending {
	let ending: Ending = 'completed';
	const said = new Set<string>();
	for (const { request, error } of failures) {
		const key = `${request.name}=${request.file ?? ''}`;
		if (said.has(key)) continue;
		said.add(key);
		const code = printFailure(error, context);
		if (code === 70) ending = 'bug';
		else if (ending === 'completed') ending = 'world-failed';
	}
	return ending;
}
