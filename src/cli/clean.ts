import type { Context } from './context.ts';
import type { Action } from './actions.ts';
import { ask } from './ask.ts';
import { findLeftovers } from './find-leftovers.ts';
import type { Leftover, LeftoverSearch } from './leftover.ts';
import { regionsIn } from './regions.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { plural } from '../report/counts.ts';

/** Exit 3 when something is left that should be gone, or could not be looked for where a ledger says that it is. */
export const clean: Action<'clean'> = async (context, _args, flags) => {
	const search = await findLeftovers({ ...flags, regions: regionsIn(flags.region) });
	const settled = (line: string) => context.stdout(`${line}\n`);
	try {
		const { leftovers } = search;
		for (const note of search.notes) context.stderr(`${note}\n`);
		if (leftovers.length === 0) {
			context.stdout(search.failures.length === 0 ? 'nothing to delete\n' : '');
			if (!flags.dryRun) await removeLeftovers(search, () => {}, settled);
			return reportFailures(search.failures, context);
		}
		if (flags.dryRun) {
			for (const leftover of leftovers)
				context.stdout(`would ${leftover.isHealed ? 'heal' : 'delete'} ${describe(leftover)}\n`);
			return reportFailures(search.failures, context);
		}
		if (!flags.yes && !(await confirmed(search, context))) {
			context.stderr('nothing was deleted\n');
			return 3;
		}
		const removed = (leftover: Leftover) =>
			context.stdout(`${leftover.isHealed ? 'healed' : 'deleted'} ${describe(leftover)}\n`);
		const failures = await removeLeftovers(search, removed, settled);
		return reportFailures([...search.failures, ...failures], context);
	} finally {
		search.close();
	}
};

async function confirmed({ leftovers }: LeftoverSearch, context: Context): Promise<boolean> {
	for (const leftover of leftovers) context.stderr(`  ${describe(leftover)}\n`);
	if (!context.interactive || !process.stdin.isTTY) {
		throw new GatecrashError(
			'GC_USAGE',
			`${plural(leftovers.length, 'thing')} would be deleted, and there is no terminal to ask`,
			{
				hint: 'give --yes to delete them, or --dry-run to only see them',
			},
		);
	}
	return ask('Delete all of these? [y/N] ');
}

function describe({ title, run }: Leftover): string {
	return `${title} (run ${run})`;
}

function reportFailures(failures: string[], context: Context): 0 | 3 {
	for (const failure of failures) context.stderr(`left: ${failure}\n`);
	return failures.length === 0 ? 0 : 3;
}
