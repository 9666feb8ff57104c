import { existsSync } from 'node:fs';
import { applyGate } from '../gate/apply-gate.ts';
import { type HistoryGaps, scanHistory } from '../history/scan-history.ts';
import { combineRun, type RunFrame } from '../judge/combine-run.ts';
import { judgeScenario } from '../judge/judge-scenario.ts';
import type { HistoryEvent } from '../model/event.ts';
import type { GateInput } from '../model/gate.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { RunVerdicts, ScenarioVerdict } from '../model/verdict.ts';
import type { OpenPlan } from './plan-file.ts';
import { slimScenario } from './slim-verdicts.ts';

export interface JudgedInParts {
	/** With slim cells (`slimScenario`). */
	verdicts: RunVerdicts;
	/** Milliseconds. */
	duration: number | undefined;
	gaps: HistoryGaps & { ended: boolean };
}

/**
 * What `judge` says of a run that is larger than memory: a scenario is judged when its last event was read, told to
 * `onScenario` with all that it has, and forgotten but for what reports need. `gate`: what it is held against.
 */
export async function judgeInParts(
	plan: OpenPlan,
	history: string,
	onScenario: (verdict: ScenarioVerdict, place: number) => void,
	gate: GateInput = { waivers: [] },
): Promise<JudgedInParts> {
	const frame: RunFrame = { began: undefined, ended: undefined, cluster: undefined };
	const places = new Map(plan.scenarios.map(({ name }, place) => [name, place]));
	const events = new Map<string, HistoryEvent[]>();
	const slim: ScenarioVerdict[] = [];
	let duration: number | undefined;
	const conclude = (place: number, some: HistoryEvent[]) => {
		const judged = judgeScenario(plan.read(place), some, frame.cluster?.facts);
		// Which cells are waived is the same whether the others are known or not.
		const { scenarios } = applyGate(combineRun(plan.rest, frame, [judged]), gate);
		const [verdict = judged] = scenarios;
		onScenario(verdict, place);
		slim[place] = slimScenario(verdict);
	};
	const take = (event: HistoryEvent) => {
		duration = event.at;
		if (event.is === 'run-began') frame.began ??= event;
		else if (event.is === 'run-ended') frame.ended = event;
		else if (event.is === 'cluster') frame.cluster ??= event;
		else {
			const place = places.get(event.scenario);
			if (place === undefined) return;
			if (slim[place] !== undefined) throw afterItsEnd(history, event);
			const some = events.get(event.scenario) ?? [];
			some.push(event);
			events.set(event.scenario, some);
			if (event.is !== 'scenario-ended') return;
			events.delete(event.scenario);
			conclude(place, some);
		}
	};
	const gaps = existsSync(history) ? await scanHistory(history, take) : { truncated: false, damaged: [] };
	for (const [name, place] of places) if (slim[place] === undefined) conclude(place, events.get(name) ?? []);
	return {
		verdicts: applyGate(combineRun(plan.rest, frame, slim), gate),
		duration,
		gaps: { ...gaps, ended: frame.ended !== undefined },
	};
}

/** No run writes that; judged without it, the answer might be another one. */
function afterItsEnd(history: string, { n }: HistoryEvent): GatecrashError {
	return new GatecrashError('GC_RUN_FOLDER', `${history}, line ${n}, is of a scenario that had ended before`, {
		hint: 'the history was changed after the run',
	});
}
