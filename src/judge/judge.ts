import type { EventOf, HistoryEvent } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { RunVerdicts } from '../model/verdict.ts';
import { combineRun } from './combine-run.ts';
import { judgeScenario } from './judge-scenario.ts';

/**
 * Judges a recorded run. Pure and deterministic: the same plan and history give the same bytes, today and a year
 * later. Never throws, whatever part of the history is missing; what lacks evidence is `inconclusive` and says why.
 * docs/verdicts.md describes the rules.
 */
export function judge(plan: Plan, events: HistoryEvent[]): RunVerdicts {
	const ordered = inOrder(events);
	const byScenario = new Map<string, HistoryEvent[]>(plan.scenarios.map(({ name }) => [name, []]));
	let began: EventOf<'run-began'> | undefined;
	let ended: EventOf<'run-ended'> | undefined;
	let cluster: EventOf<'cluster'> | undefined;
	for (const event of ordered) {
		if (event.is === 'run-began') began ??= event;
		else if (event.is === 'run-ended') ended = event;
		else if (event.is === 'cluster') cluster ??= event;
		else byScenario.get(event.scenario)?.push(event);
	}
	const scenarios = plan.scenarios.map((scenario) =>
		judgeScenario(scenario, byScenario.get(scenario.name) ?? [], cluster?.facts),
	);
	return combineRun(plan, { began, ended, cluster }, scenarios);
}

/** Lines are numbered as they were written; a caller may hold them in another order. */
function inOrder(events: readonly HistoryEvent[]): HistoryEvent[] {
	return events.every((event, index) => index === 0 || (events[index - 1]?.n ?? 0) <= event.n)
		? [...events]
		: [...events].sort((a, b) => a.n - b.n);
}
