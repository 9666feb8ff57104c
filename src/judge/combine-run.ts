import type { EventOf } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import {
	type Reason,
	type RunVerdicts,
	type ScenarioVerdict,
	type Verdict,
	verdictsSchemaVersion,
} from '../model/verdict.ts';
import { noCounts, worst } from './combine.ts';
import { reason } from './reasons.ts';

/** What a history says of the run as a whole. */
export interface RunFrame {
	began: EventOf<'run-began'> | undefined;
	ended: EventOf<'run-ended'> | undefined;
	cluster: EventOf<'cluster'> | undefined;
}

/** What the verdicts of its scenarios, in the order of the plan, come to for the run. */
export function combineRun(
	plan: Pick<Plan, 'shard'>,
	{ began, ended, cluster }: RunFrame,
	scenarios: ScenarioVerdict[],
): RunVerdicts {
	const counts = noCounts();
	for (const scenario of scenarios) {
		for (const verdict of Object.keys(counts) as Verdict[]) counts[verdict] += scenario.counts[verdict];
	}
	const combined = combineScenarios(scenarios, counts);
	return {
		schemaVersion: verdictsSchemaVersion,
		run: began?.run ?? '',
		version: began?.version ?? '',
		startedAt: began?.startedAt ?? '',
		...(plan.shard && { shard: { index: plan.shard.index, of: plan.shard.of } }),
		...(began?.shards && { shards: began.shards }),
		cluster: cluster?.facts,
		complete: ended?.outcome === 'completed',
		verdict: combined.verdict,
		// What was judged may be proven; that a cut-off run has nothing else to say is not.
		exitCode: combined.exitCode === 0 && ended?.outcome !== 'completed' ? 2 : combined.exitCode,
		reasons: [...combined.reasons, ...endingOf(ended)],
		counts,
		scenarios,
	};
}

/** The exit codes of docs/verdicts.md, as far as verdicts decide them. */
function combineScenarios(
	scenarios: readonly ScenarioVerdict[],
	counts: Record<Verdict, number>,
): Pick<RunVerdicts, 'verdict' | 'exitCode' | 'reasons'> {
	const verdict = worst(scenarios.map((scenario) => scenario.verdict));
	if (verdict === undefined) return { verdict: 'inconclusive', exitCode: 2, reasons: [reason('nothing-selected')] };
	if (verdict === 'leak' || verdict === 'broken') return { verdict, exitCode: 1, reasons: [] };
	if (verdict === 'inconclusive') return { verdict, exitCode: 2, reasons: [] };
	if (onlySkipped(scenarios)) return { verdict: 'inconclusive', exitCode: 2, reasons: [reason('everything-skipped')] };
	if (counts.enforced === 0) return { verdict, exitCode: 2, reasons: [reason('nothing-enforced')] };
	return { verdict, exitCode: 0, reasons: [] };
}

function onlySkipped(scenarios: readonly ScenarioVerdict[]): boolean {
	return scenarios.every(({ counts }) => Object.entries(counts).every(([name, n]) => name === 'skipped' || n === 0));
}

function endingOf(ended: EventOf<'run-ended'> | undefined): Reason[] {
	if (!ended) return [reason('run-unfinished')];
	if (ended.outcome === 'completed') return [];
	return [reason(ended.outcome === 'failed' ? 'run-failed' : 'run-interrupted', ended.error)];
}
