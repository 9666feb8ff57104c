import { join } from 'node:path';
import type { OpenClusterOptions } from '../cluster/open-cluster.ts';
import { readHistory } from '../history/read-history.ts';
import { judge } from '../judge/judge.ts';
import type { Ledger } from '../model/cluster.ts';
import type { Plan } from '../model/plan.ts';
import { currentProcess } from '../run/process-mark.ts';
import { knownBugs } from './bugs.ts';
import type { commands } from './commands.ts';
import type { FlagValues } from './flag.ts';
import type { Interruption } from './interruption.ts';
import type { RunFolder } from './run-folder.ts';

type RunFlags = FlagValues<(typeof commands)['run']['flags']>;

/** What a cluster reports to and asks of the run; filled in once there is a run. */
export interface Watched {
	phase: (phase: string) => void;
	keep: () => Promise<boolean>;
	/** What is left was meant to be. */
	kept: boolean;
}

export function clusterOptions(
	flags: RunFlags,
	place: RunFolder,
	ledger: Ledger,
	watched: Watched,
): OpenClusterOptions {
	const images = {
		...(flags.nodeImage !== undefined && { node: flags.nodeImage }),
		...(flags.agentImage !== undefined && { agent: flags.agentImage }),
	};
	return {
		run: place.id,
		process: currentProcess(),
		runFolder: place.folder,
		ledger,
		images,
		keep: async () => (watched.kept = await watched.keep()),
		onPhase: (phase) => watched.phase(phase),
		allowClusterScoped: flags.allowClusterScoped,
		yes: flags.yes,
		...(flags.region !== undefined && { region: flags.region }),
		...(flags.expiresAfter !== undefined && { lifetime: flags.expiresAfter }),
		inject: knownBugs(flags.inject),
		...(flags.mirror !== undefined && { mirror: flags.mirror }),
		...(flags.wireCaptureImage !== undefined && { wireCaptureImage: flags.wireCaptureImage }),
		...existingOptions(flags),
	};
}

/** Which existing cluster is meant; for a plan too. */
export function existingOptions(
	flags: Pick<RunFlags, 'kubeconfig' | 'context' | 'allowContext' | 'wireCapture'>,
): Pick<OpenClusterOptions, 'kubeconfig' | 'context' | 'allowContext' | 'wireCapture'> {
	return {
		wireCapture: flags.wireCapture,
		...(flags.kubeconfig !== undefined && { kubeconfig: flags.kubeconfig }),
		...(flags.context !== undefined && { context: flags.context }),
		...(flags.allowContext !== undefined && { allowContext: flags.allowContext }),
	};
}

/** `--keep`: whether the cluster stays, asked when it is about to be taken down. */
export async function isKept(
	keep: RunFlags['keep'],
	interruption: Interruption,
	plan: Plan,
	place: RunFolder,
): Promise<boolean> {
	if (keep !== 'on-failure') return keep === 'always';
	// Whoever interrupts a run wants it gone.
	if (interruption.cause !== undefined) return false;
	const { events } = await readHistory(join(place.folder, 'history.jsonl'));
	const failed = events.some((event) => event.is === 'scenario-ended' && event.outcome === 'failed');
	return (
		failed || judge(plan, events).scenarios.some(({ verdict }) => ['leak', 'broken', 'inconclusive'].includes(verdict))
	);
}
