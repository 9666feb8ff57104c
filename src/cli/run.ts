import { release } from 'node:os';
import { join } from 'node:path';
import { applyGate } from '../gate/apply-gate.ts';
import { scanHistory } from '../history/scan-history.ts';
import { judge } from '../judge/judge.ts';
import type { Capability } from '../model/capability.ts';
import type { Cluster, ClusterFacts } from '../model/cluster.ts';
import type { HistoryEvent } from '../model/event.ts';
import type { GateInput } from '../model/gate.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Plan } from '../model/plan.ts';
import { renderJson } from '../report/json.ts';
import { paint } from '../report/paint.ts';
import { type RunOutcome, executeRun } from '../run/execute-run.ts';
import { ledgerFile, openLedger } from '../run/ledger.ts';
import type { OnProgress } from '../run/progress.ts';
import type { Action } from './actions.ts';
import type { commands } from './commands.ts';
import type { Context } from './context.ts';
import { type Ending, type ExitCode, combineExitCode } from './exit-code.ts';
import type { FlagValues } from './flag.ts';
import { readGate } from './gate.ts';
import { gateFile } from './gate-file.ts';
import { type Interruption, watchInterruption } from './interruption.ts';
import { type Watched, clusterOptions, isKept } from './cluster-options.ts';
import { makePlan } from './make-plan.ts';
import { whatIsLeft } from './what-is-left.ts';
import { printFailure } from './print-failure.ts';
import { openProgress } from './progress.ts';
import { type LiveReports, openLiveReports } from './live-reports.ts';
import { judgeFolder } from './judge-folder.ts';
import { writePlan } from './plan-file.ts';
import type { ReportSource } from './render-report.ts';
import {
	type ReportFailure,
	type ReportRequest,
	appendStepSummary,
	requestedReports,
	writeReports,
} from './reporters.ts';
import { printReportFailures } from './report-failures.ts';
import { type RunFolder, createRunFolder, nameRun, writeRunFile } from './run-folder.ts';
import { judgedExitCode } from './strictness.ts';

type RunFlags = FlagValues<(typeof commands)['run']['flags']>;

/** Whatever happens after the run folder was made, the history is judged and the reports are written. */
export const run: Action<'run'> = async (context, args, flags) => {
	requestedReports(flags.reporter, { json: flags.json, folder: '.' });
	const place = nameRun(flags.out, new Date());
	const ledger = openLedger(join(place.folder, ledgerFile), place.id);
	const watched: Watched = { phase: () => {}, keep: async () => false, kept: false };
	const made = await makePlan(args, { ...flags, options: clusterOptions(flags, place, ledger, watched) }, context);
	if (made === undefined) return 64;
	const { plan, cluster } = made;
	const gate = await readGate(flags, made.cases, context);
	if (gate === undefined) return 64;
	checkRequired(flags.require, cluster);
	if (plan.scenarios.length === 0) return nothingSelected(plan, flags, context);

	createRunFolder(flags.out, place);
	const record = {
		schemaVersion: 1,
		run: place.id,
		version: context.version,
		node: process.version,
		kernel: release(),
		argv: context.argv,
		cluster: cluster.name,
	};
	writeRunFile(place.folder, 'run.json', toJson(record));
	writePlan(place.folder, plan);
	if (gate.waivers.length > 0 || gate.baseline) writeRunFile(place.folder, gateFile, toJson(gate));

	const requests = requestedReports(flags.reporter, { json: flags.json, folder: place.folder });
	const kept: ReportRequest = { name: 'json', file: join(place.folder, 'verdicts.json') };
	const reports = openLiveReports(
		[...requests, kept],
		{ plan, folder: place.folder, verbose: flags.verbose },
		(events) => applyGate(judge(plan, events), gate),
		context,
	);
	await reports.refresh();

	const left = (): string => whatIsLeft(ledger.standing(), place, flags.out);
	const interruption = watchInterruption(context, flags.timeout, left);
	watched.keep = () => isKept(flags.keep, interruption, plan, place);
	const ended = await execute(plan, cluster, place, interruption, watched, reports, gate, flags, context)
		.catch((error: unknown): RunOutcome => ({ outcome: 'failed', error }))
		.finally(() => interruption.close());
	const ending = printEnding(ended, interruption, context);
	ledger.close();
	const standing = ledger.standing().length > 0;
	if (standing) context.stderr(`${left()}\n`);
	const clean = ending !== 'completed' || !standing || watched.kept;
	return conclude(
		place,
		clean ? ending : 'world-failed',
		record,
		[...requests, kept],
		reports.failures,
		flags,
		context,
	);
};

/** Judges what was recorded, writes verdicts and reports, and decides the exit code. */
async function conclude(
	place: RunFolder,
	ending: Ending,
	record: Record<string, unknown>,
	requests: ReportRequest[],
	earlier: readonly ReportFailure[],
	flags: RunFlags,
	context: Context,
): Promise<ExitCode> {
	// From the files, not from memory: `gatecrash judge` then sees the very same values.
	const judged = await judgeFolder(place.folder, flags.out, { json: true });
	const { verdicts } = judged;
	const source: ReportSource = { ...judged, verbose: flags.verbose };
	const failures = [...writeReports(requests, source, context), ...appendStepSummary(requests, source, context)];
	judged.close();
	const reported = printReportFailures([...failures, ...earlier], context);
	const { code, why } = judgedExitCode(verdicts, flags);
	for (const line of why) context.stderr(`${line}\n`);
	// A reporter's bug hides no leak: unlike any other bug it left the run whole.
	const exitCode =
		ending === 'completed' && code !== 1 ? combineExitCode(code, reported) : combineExitCode(code, ending);
	const end = { ...(verdicts.cluster && { cluster: verdicts.cluster }), ending, exitCode };
	tryTo(() => writeRunFile(place.folder, 'run.json', toJson({ ...record, ...end })), context);
	return exitCode;
}

function checkRequired(required: string[], cluster: Cluster): void {
	const missing = required.filter((capability) => !cluster.capabilities.has(capability as Capability));
	if (missing.length === 0) return;
	throw new GatecrashError(
		'GC_CLUSTER',
		`cluster ${cluster.name} lacks what --require asks for: ${missing.join(', ')}`,
		{
			hint: 'choose another cluster with --cluster, or leave --require away',
		},
	);
}

/** Nothing selected is no pass. No cluster is needed to say so. */
function nothingSelected(plan: Plan, flags: RunFlags, context: Context): 1 | 2 {
	const verdicts = judge(plan, []);
	context.stderr(
		'nothing was selected: no cell is left by the paths, --tag, --grep and --exclude; `gatecrash list` shows what there is\n',
	);
	if (flags.json) context.stdout(renderJson(verdicts));
	return flags.strict ? 1 : 2;
}

async function execute(
	plan: Plan,
	cluster: Cluster,
	place: RunFolder,
	interruption: Interruption,
	watched: Watched,
	reports: LiveReports,
	gate: GateInput,
	flags: RunFlags,
	context: Context,
): Promise<RunOutcome> {
	const names = plan.scenarios.filter((scenario) => scenario.steps.length > 0).map((scenario) => scenario.name);
	let running = names.length;
	const progress = openProgress(names, context, { quiet: flags.quiet || flags.json });
	watched.phase = (phase) => progress.show({ kind: 'cluster', phase });
	try {
		return await executeRun({
			plan,
			cluster,
			folder: place.folder,
			run: place.id,
			version: context.version,
			signal: interruption.signal,
			concurrency: flags.concurrency,
			...(flags.settle !== undefined && { settleBound: flags.settle }),
			onProgress: progress.show,
			onFacts: (facts) => printWarnings(facts, progress.show, context),
			shouldStop: async (scenario) => {
				running -= 1;
				// After the last one they are written for good.
				if (running > 0) await reports.refresh();
				return flags.failFast && hasFailed(scenario, plan, gate, place);
			},
		});
	} finally {
		await progress.close();
	}
}

/** At once, with --quiet too: whoever reads that nobody enforces anything need not wait for the report. */
function printWarnings({ warnings = [] }: ClusterFacts, show: OnProgress, context: Context): void {
	const yellow = paint(context.colour.stderr, 'bold', 'yellow');
	for (const warning of warnings) {
		context.stderr(`${yellow('warning')} ${warning}\n`);
		// A live view holds back what is written beside it.
		if (context.interactive) show({ kind: 'cluster', phase: `warning: ${warning}` });
	}
}

/** Judges what was recorded of it. */
async function hasFailed(scenario: string, plan: Plan, gate: GateInput, place: RunFolder): Promise<boolean> {
	const events: HistoryEvent[] = [];
	await scanHistory(join(place.folder, 'history.jsonl'), (event) => {
		if (!('scenario' in event) || event.scenario === scenario) events.push(event);
	});
	const failed = events.some((event) => event.is === 'scenario-ended' && event.outcome === 'failed');
	const own = { ...plan, scenarios: plan.scenarios.filter(({ name }) => name === scenario) };
	const [judged] = applyGate(judge(own, events), gate).scenarios;
	const cells = judged?.cells.filter((cell) => cell.waiver === undefined) ?? [];
	return failed || cells.some(({ verdict }) => verdict === 'leak' || verdict === 'broken');
}

function printEnding(ended: RunOutcome, interruption: Interruption, context: Context): Ending {
	if (ended.outcome === 'failed') {
		const code = printFailure(ended.error, context);
		if (code === 70) return 'bug';
		if (interruption.cause === undefined) return 'world-failed';
	}
	if (interruption.cause === 'timeout') {
		printFailure(
			new GatecrashError('GC_INTERRUPTED', 'the run took longer than --timeout allows; it was interrupted and undone'),
			context,
		);
		return 'world-failed';
	}
	// Too late to change anything: the run had ended before the signal was seen.
	if (ended.outcome === 'completed' || interruption.cause === undefined)
		return ended.outcome === 'completed' ? 'completed' : 'world-failed';
	return interruption.cause;
}

function tryTo(action: () => void, context: Context): boolean {
	try {
		action();
		return true;
	} catch (error) {
		printFailure(error, context);
		return false;
	}
}

function toJson(value: unknown): string {
	return `${JSON.stringify(value, null, 2)}\n`;
}
