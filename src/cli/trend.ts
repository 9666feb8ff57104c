import { trendRuns } from '../gate/trend-runs.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { renderTrendHtml } from '../report/html/trend.ts';
import { renderTrend } from '../report/trend.ts';
import type { Action } from './actions.ts';
import { readTrendRuns } from './read-trend-runs.ts';
import { replaceFile } from './replace-file.ts';

/** What changed over the nights whose runs are in a folder, by case id. */
export const trend: Action<'trend'> = async (context, args, flags) => {
	const { runs, passedOver } = await readTrendRuns(args[0] ?? flags.out);
	const { night, nights } = flags;
	const found = trendRuns(runs, passedOver, { nightSpan: night ?? defaultNight, nights });
	if (flags.html !== undefined) writeHtml(flags.html, renderTrendHtml(found, context.version));
	const look = { colour: context.colour.stdout, verbose: flags.verbose };
	context.stdout(flags.json ? `${JSON.stringify(found, null, 2)}\n` : renderTrend(found, look));
	return found.exitCode;
};

/** 12 h: runs of one evening and of the morning after are one night, those of two evenings are not. */
const defaultNight = 12 * 60 * 60 * 1000;

function writeHtml(file: string, page: string): void {
	try {
		replaceFile(file, page);
	} catch (cause) {
		throw new GatecrashError('GC_RUN_FOLDER', `could not write ${file}`, { cause });
	}
}
