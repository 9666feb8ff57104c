import type { ClusterFacts } from '../model/cluster.ts';
import type { ScenarioPlan } from '../model/plan.ts';
import type { CellVerdict, Reason, ScenarioVerdict, Verdict } from '../model/verdict.ts';
import type { HistoryEvent } from '../model/event.ts';
import { CellContext } from './cell-context.ts';
import { countVerdicts, isLeftOut, worst } from './combine.ts';
import { faultsOf } from './faults.ts';
import { judgeCell } from './judge-cell.ts';
import { phasesOf } from './phases.ts';
import { missingPolicyEvents } from './policy-events.ts';
import { reason } from './reasons.ts';
import { flipsOf, holdsOf, refusalsOf } from './times.ts';
import { indexScenario, type ScenarioHistory } from './scenario-history.ts';

/** `events`: of this scenario only, in the order of their lines. */
export function judgeScenario(
	plan: ScenarioPlan,
	events: readonly HistoryEvent[],
	cluster: ClusterFacts | undefined,
): ScenarioVerdict {
	const history = indexScenario(plan, events, cluster !== undefined && cluster.driver !== 'netns');
	const context = new CellContext(history, cluster?.wireCapture === true);
	const cells = plan.cells.map((cell) => judgeCell(context, cell, cluster));
	const { name, file, description, reference, status } = plan;
	const { verdict, reasons } = combineCells(plan, cells);
	return {
		...{ scenario: name, file, description, reference, status, verdict },
		reasons: [...reasons, ...endingOf(history), ...missingPolicyEvents(history.policyEventsMissing)],
		counts: countVerdicts(cells),
		duration: history.span && history.span.to - history.span.from,
		phases: phasesOf(events),
		calibrations: calibrationsOf(history),
		settles: settlesOf(history),
		faults: faultsOf(history),
		holds: holdsOf(history),
		flips: flipsOf(history),
		refusals: refusalsOf(history),
		cells,
	};
}

function combineCells(plan: ScenarioPlan, cells: readonly CellVerdict[]): { verdict: Verdict; reasons: Reason[] } {
	if (plan.skip !== undefined) return { verdict: 'skipped', reasons: [reason('skipped', plan.skip)] };
	if (cells.length === 0) return { verdict: 'inconclusive', reasons: [reason('nothing-attempted')] };
	const judged = cells.filter((cell) => !isLeftOut(cell));
	const verdict = worst(judged.map((cell) => cell.verdict));
	if (verdict === undefined)
		return { verdict: 'inconclusive', reasons: [reason('all-left-out', `${cells.length} cells`)] };
	const counts = Object.entries(countVerdicts(judged)).filter(([, count]) => count > 0);
	const text = counts.map(([name, count]) => `${count} ${name}`).join(', ');
	return { verdict, reasons: [reason('worst-cells', text)] };
}

/** How the scenario's history ends, where that explains what is missing. */
function endingOf({ plan, span, ended }: ScenarioHistory): Reason[] {
	// Without steps there was nothing to begin.
	if (plan.skip !== undefined || plan.steps.length === 0) return [];
	if (!span) return [reason('scenario-not-run')];
	if (!ended) return [reason('scenario-unfinished')];
	if (ended.outcome === 'completed') return [];
	return [reason(ended.outcome === 'failed' ? 'scenario-failed' : 'scenario-interrupted', ended.error)];
}

function calibrationsOf(history: ScenarioHistory): ScenarioVerdict['calibrations'] {
	return [...history.epochs.values()]
		.flatMap((epoch) => epoch.calibrations)
		.sort((a, b) => a.n - b.n)
		.map(({ epoch, wait, slowest, samples }) => ({ epoch, wait, slowest, samples }));
}

function settlesOf(history: ScenarioHistory): ScenarioVerdict['settles'] {
	return [...history.settled.values()].map(({ step, method, cells, unsettled }) => ({
		step,
		method,
		slowest: cells.reduce<number | undefined>((slowest, { after }) => Math.max(slowest ?? after, after), undefined),
		unsettled: unsettled.length,
	}));
}
