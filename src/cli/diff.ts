import { diffRuns } from '../gate/diff-runs.ts';
import { renderDifference } from '../report/difference.ts';
import type { Action } from './actions.ts';
import { readVerdicts } from './recorded-verdicts.ts';

/** What differs between two runs, by case id. */
export const diff: Action<'diff'> = async (context, args, flags) => {
	const [old = '', fresh = ''] = args;
	const difference = diffRuns(await readVerdicts(old, flags.out), await readVerdicts(fresh, flags.out));
	context.stdout(
		flags.json
			? `${JSON.stringify({ schemaVersion: 1, ...difference }, null, 2)}\n`
			: renderDifference(difference, { colour: context.colour.stdout }),
	);
	return difference.exitCode;
};
