import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { judge } from '../judge/judge.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Plan } from '../model/plan.ts';
import { renderConsole } from '../report/console.ts';
import { describeDuration, plural } from '../report/counts.ts';
import { executeRun } from '../run/execute-run.ts';
import { ledgerFile, openLedger } from '../run/ledger.ts';
import type { Action } from './actions.ts';
import { knownBugs } from './bugs.ts';
import type { commands } from './commands.ts';
import type { Context } from './context.ts';
import type { FlagValues } from './flag.ts';
import { watchInterruption } from './interruption.ts';
import { makePlan } from './make-plan.ts';
import { printFailure } from './print-failure.ts';
import { type RunFolder, createRunFolder, nameRun, openRun, writeRunFile } from './run-folder.ts';
import { FileChanges } from './watching/file-changes.ts';

type WatchFlags = FlagValues<(typeof commands)['watch']['flags']>;

/**
 * Attempts again what has changed, on the embedded cluster, within this process: nothing has to be loaded anew. Each answer
 * is a recorded run; the one before it is removed. Ends when it is interrupted.
 */
export const watch: Action<'watch'> = async (context, args, flags) => {
	const interruption = watchInterruption(context, undefined, () => 'What ran on this machine ends with this process.');
	const changes = new FileChanges();
	const answered = new Map<string, string>();
	let previous: RunFolder | undefined;
	try {
		let since: number | undefined = performance.now();
		while (since !== undefined) {
			const answer = await answerOnce(args, flags, answered, context, interruption.signal).catch((error: unknown) => {
				printFailure(error, context);
				return { files: [], place: undefined };
			});
			if (answer.place !== undefined) {
				if (previous !== undefined) rmSync(previous.folder, { recursive: true, force: true });
				previous = answer.place;
			}
			if (interruption.signal.aborted) break;
			changes.watch(args.length === 0 ? ['scenarios'] : args, answer.files);
			const took = describeDuration(performance.now() - since);
			context.stderr(`answered ${took} after the change; waiting for the next one, Ctrl-C ends\n`);
			since = await changes.next(interruption.signal);
		}
	} finally {
		changes.close();
		interruption.close();
	}
	return interruption.cause === 'SIGTERM' ? 143 : 130;
};

interface Answer {
	/** That the scenarios consist of. */
	files: string[];
	/** Undefined: nothing was attempted. */
	place: RunFolder | undefined;
}

/** Plans everything, and attempts the scenarios that are not as they were when they were last attempted. */
async function answerOnce(
	paths: string[],
	flags: WatchFlags,
	answered: Map<string, string>,
	context: Context,
	signal: AbortSignal,
): Promise<Answer> {
	const place = nameRun(flags.out, new Date());
	const ledger = openLedger(join(place.folder, ledgerFile), place.id);
	const options = { run: place.id, runFolder: place.folder, ledger, inject: knownBugs(flags.inject) };
	const made = await makePlan(paths, { ...flags, cluster: 'embedded', options }, context);
	if (made === undefined) return { files: [], place: undefined };
	const { plan, cluster } = made;
	const files = plan.scenarios.flatMap(({ file, policies }) => [
		file,
		...policies.map(({ position }) => position.file),
	]);
	const spelled = new Map(plan.scenarios.map((scenario) => [scenario.name, JSON.stringify(scenario)]));
	const changed = plan.scenarios.filter(({ name }) => answered.get(name) !== spelled.get(name));
	if (changed.length === 0) {
		context.stderr(`nothing differs from what was attempted (${plural(plan.scenarios.length, 'scenario')})\n`);
		return { files, place: undefined };
	}
	try {
		await attempt({ ...plan, scenarios: changed }, cluster, place, flags, context, signal);
	} finally {
		ledger.close();
	}
	for (const { name } of changed) answered.set(name, spelled.get(name) ?? '');
	return { files, place };
}

async function attempt(
	plan: Plan,
	cluster: Cluster,
	place: RunFolder,
	flags: WatchFlags,
	context: Context,
	signal: AbortSignal,
): Promise<void> {
	createRunFolder(flags.out, place);
	writeRunFile(place.folder, 'plan.json', `${JSON.stringify(plan, null, 2)}\n`);
	const ended = await executeRun({
		...{ plan, cluster, folder: place.folder, run: place.id, version: context.version, signal },
		concurrency: 4096,
		onProgress: () => {},
	});
	if (ended.outcome === 'interrupted') return;
	if (ended.outcome === 'failed') printFailure(ended.error, context);
	const { events } = await openRun(place.folder, flags.out);
	const look = { colour: context.colour.stdout, width: context.width, verbose: flags.verbose, folder: place.folder };
	const duration = events.at(-1)?.at;
	context.stdout(renderConsole(judge(plan, events), { ...look, ...(duration !== undefined && { duration }) }));
}
