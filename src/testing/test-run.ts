import { join } from 'node:path';
import { knownBugs } from '../cli/bugs.ts';
import type { Context } from '../cli/context.ts';
import { readGate } from '../cli/gate.ts';
import { gateFile } from '../cli/gate-file.ts';
import { makePlan } from '../cli/make-plan.ts';
import { packageVersion } from '../cli/package-version.ts';
import { judgeRecorded } from '../cli/judge-recorded.ts';
import { createRunFolder, nameRun, openRun, writeRunFile } from '../cli/run-folder.ts';
import type { Cluster } from '../model/cluster.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Plan } from '../model/plan.ts';
import type { RunVerdicts } from '../model/verdict.ts';
import { renderJson } from '../report/json.ts';
import { executeRun } from '../run/execute-run.ts';
import { ledgerFile, openLedger } from '../run/ledger.ts';

/** As the flags of `gatecrash run` of the same names (docs/cli.md). */
export interface TestRunOptions {
	/** A cluster's name or definition file; default `embedded`. */
	cluster?: string;
	tag?: string[];
	grep?: string[];
	exclude?: string[];
	/** Tries of every cell. */
	attempts?: number;
	/** A waivers file. */
	waivers?: string;
	/** Bugs that the embedded cluster has on purpose. */
	inject?: string[];
	/** With `cluster: 'existing'`. */
	kubeconfig?: string;
	context?: string;
	/** Where run folders are kept; default `.gatecrash/runs`. */
	out?: string;
}

/** What is to be attempted, known before any cluster is up. */
export interface PlannedRun {
	plan: Plan;
	/** Stands the cluster up, attempts, undoes everything, judges. Rejects when the world fails. */
	execute(signal: AbortSignal): Promise<RunVerdicts>;
}

/** Rejects with an Error that holds every mistake of the files, each with its place. */
export async function planRun(paths: string[], options: TestRunOptions = {}): Promise<PlannedRun> {
	const out = options.out ?? '.gatecrash/runs';
	const place = nameRun(out, new Date());
	const ledger = openLedger(join(place.folder, ledgerFile), place.id);
	const { context, said } = silentContext();
	const made = await makePlan(
		paths,
		{
			cluster: options.cluster ?? 'embedded',
			tag: options.tag ?? [],
			grep: options.grep ?? [],
			exclude: options.exclude ?? [],
			attempts: options.attempts,
			options: {
				...{ run: place.id, runFolder: place.folder, ledger, inject: knownBugs(options.inject ?? []) },
				...(options.kubeconfig !== undefined && { kubeconfig: options.kubeconfig }),
				...(options.context !== undefined && { context: options.context }),
			},
		},
		context,
	);
	const flags = { waivers: options.waivers, baseline: undefined, out };
	const gate = made && (await readGate(flags, made.cases, context));
	if (made === undefined || gate === undefined) throw new Error(`gatecrash can't use these files:\n\n${said()}`);
	const { plan, cluster } = made;
	return {
		plan,
		async execute(signal) {
			createRunFolder(out, place);
			writeRunFile(place.folder, 'plan.json', `${JSON.stringify(plan, null, 2)}\n`);
			if (gate.waivers.length > 0) writeRunFile(place.folder, gateFile, `${JSON.stringify(gate, null, 2)}\n`);
			try {
				await attempt(plan, cluster, place, signal);
			} finally {
				ledger.close();
			}
			const verdicts = judgeRecorded(await openRun(place.folder, out));
			writeRunFile(place.folder, 'verdicts.json', renderJson(verdicts));
			return verdicts;
		},
	};
}

async function attempt(
	plan: Plan,
	cluster: Cluster,
	place: { id: string; folder: string },
	signal: AbortSignal,
): Promise<void> {
	const ended = await executeRun({
		...{ plan, cluster, folder: place.folder, run: place.id, version: packageVersion(), signal },
		concurrency: 4096,
		onProgress: () => {},
	});
	// What is missing is inconclusive in the verdicts; without a cluster there are none.
	if (ended.outcome === 'failed') throw ended.error;
	if (ended.outcome === 'interrupted') throw new GatecrashError('GC_INTERRUPTED', 'the run was interrupted and undone');
}

/** Commands speak to people; here what they say becomes the message of an error. */
function silentContext(): { context: Context; said: () => string } {
	let text = '';
	const context: Context = {
		stdout: () => {},
		stderr: (more) => {
			text += more;
		},
		env: process.env,
		colour: { stdout: false, stderr: false },
		width: 100,
		interactive: false,
		argv: process.argv.slice(2),
		version: packageVersion(),
		leave: (code, message) => {
			throw new Error(`${message} (${code})`);
		},
	};
	return { context, said: () => text.trim() };
}
