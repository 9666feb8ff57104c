import { rmSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { openCluster } from '../cluster/open-cluster.ts';
import { judge } from '../judge/judge.ts';
import type { AgentSettings, ClusterFacts } from '../model/cluster.ts';
import type { Plan, ScenarioPlan } from '../model/plan.ts';
import { renderConsole } from '../report/console.ts';
import { describeDuration, plural } from '../report/counts.ts';
import { EarlyRuns } from '../run/early-runs.ts';
import { executeRun, newAgentSettings } from '../run/execute-run.ts';
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
import { StandingCluster } from './watching/standing-cluster.ts';

type WatchFlags = FlagValues<(typeof commands)['watch']['flags']>;

/** Whoever waits for an answer waits for this least wait twice; the controls lengthen it as ever where the machine is slow. */
const timing = { waitFloor: 100 };
/** What has not changed this long after the kernel took the new rules will not, milliseconds. */
const settleBound = 100;
/** Tries in flight at once. */
const concurrency = 4096;

/**
 * Attempts again what has changed, on an embedded cluster that stays, within this process: nothing has to be loaded anew,
 * and the pods of the next answer stand ready before it is asked for. Each answer
 * is a recorded run; the one before it is removed. Ends when it is interrupted.
 */
export const watch: Action<'watch'> = async (context, args, flags) => {
	const interruption = watchInterruption(context, undefined, () => 'What ran on this machine ends with this process.');
	const changes = new FileChanges();
	const settings = newAgentSettings(nameRun(flags.out, new Date()).id);
	const cluster = new StandingCluster(await openCluster('embedded', { inject: knownBugs(flags.inject) }), timing);
	const { signal } = interruption;
	const early = new EarlyRuns();
	const session: Session = { flags, context, cluster, settings, signal, early, answered: new Map(), facts: undefined };
	let previous: RunFolder | undefined;
	try {
		let since: number | undefined = performance.now();
		while (since !== undefined) {
			const answer = await answerOnce(args, session).catch((error: unknown) => {
				printFailure(error, context);
				return { files: [], place: undefined };
			});
			if (!signal.aborted) {
				changes.watch(args.length === 0 ? ['scenarios'] : args, answer.files);
				const took = describeDuration(performance.now() - since);
				context.stderr(`answered ${took} after the change; waiting for the next one, Ctrl-C ends\n`);
				cluster.tidy();
				if (session.facts) early.prepare({ cluster, facts: session.facts, settings, concurrency, signal });
			}
			if (answer.place !== undefined) {
				if (previous !== undefined) rmSync(previous.folder, { recursive: true, force: true });
				previous = answer.place;
			}
			since = await changes.next(signal);
		}
	} finally {
		changes.close();
		await early.end();
		await cluster.end();
		interruption.close();
	}
	return interruption.cause === 'SIGTERM' ? 143 : 130;
};

interface Session {
	flags: WatchFlags;
	context: Context;
	cluster: StandingCluster;
	/** As they were told last. */
	facts: ClusterFacts | undefined;
	settings: AgentSettings;
	early: EarlyRuns;
	signal: AbortSignal;
	/** Each scenario's plan as it was when it was last attempted, as JSON. */
	answered: Map<string, string>;
}

interface Answer {
	/** That the scenarios consist of. */
	files: string[];
	/** Undefined: nothing was attempted. */
	place: RunFolder | undefined;
}

/** Plans everything, and attempts the scenarios that are not as they were when they were last attempted. */
async function answerOnce(paths: string[], session: Session): Promise<Answer> {
	const { flags, context, cluster, answered } = session;
	const made = await makePlan(paths, { ...flags, cluster }, context);
	if (made === undefined) return { files: [], place: undefined };
	const plan = { ...made.plan, scenarios: made.plan.scenarios.map(settlingSoon) };
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
	const place = nameRun(flags.out, new Date());
	await attempt({ ...plan, scenarios: changed }, place, session);
	for (const { name } of changed) answered.set(name, spelled.get(name) ?? '');
	return { files, place };
}

/** Proxies take new policies within some milliseconds; packets meet the new rules as soon as the change is acknowledged. */
function settlingSoon(scenario: ScenarioPlan): ScenarioPlan {
	if (scenario.requires.includes('istio') || scenario.requires.includes('envoy')) return scenario;
	return { ...scenario, timing: { ...scenario.timing, settle: scenario.timing.settle ?? settleBound } };
}

async function attempt(plan: Plan, place: RunFolder, session: Session): Promise<void> {
	const { flags, context, cluster, settings, signal } = session;
	createRunFolder(flags.out, place);
	writeRunFile(place.folder, 'plan.json', `${JSON.stringify(plan, null, 2)}\n`);
	const ended = await executeRun({
		...{ plan, cluster, settings, folder: place.folder, run: place.id, version: context.version, signal },
		concurrency,
		early: (scenario) => session.early.take(scenario),
		onFacts: (facts) => {
			session.facts = facts;
		},
		onProgress: () => {},
	});
	if (ended.outcome === 'interrupted') return;
	if (ended.outcome === 'failed') printFailure(ended.error, context);
	const { events } = await openRun(place.folder, flags.out);
	const look = { colour: context.colour.stdout, width: context.width, verbose: flags.verbose, folder: place.folder };
	const duration = events.at(-1)?.at;
	context.stdout(renderConsole(judge(plan, events), { ...look, ...(duration !== undefined && { duration }) }));
}
