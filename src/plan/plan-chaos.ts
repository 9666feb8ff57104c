import { type Cell, type ChaosChange, type ChaosState, type ChaosTurn, type Step } from '../model/plan.ts';
import type { ChaosSpec, Scenario } from '../model/scenario.ts';
import { chaosAttempts } from './chaos-attempts.ts';
import { chaosTurns } from './chaos-turns.ts';
import { type Change, isChange } from './cluster-state.ts';
import { type ExpansionContext, expandAttempts } from './expand-attempts.ts';
import { Predictor } from './predictor.ts';
import { keptStates } from './predict-held.ts';

export interface PlannedChaos {
	cells: Cell[];
	steps: Step[];
}

/**
 * The `chaos` steps of a scenario and the paths that are attempted in them. Each path has a state for every moment of a
 * round, predicted from the policies' text. `so far`: the changes of all steps before, which a prediction has to follow.
 */
export function planChaos(
	scenario: Scenario,
	before: readonly Change[],
	context: ExpansionContext,
	known: Predictor['known'],
): PlannedChaos {
	const planned = scenario.chaos.map((spec) => {
		const predictor = new Predictor(scenario, [...context.pods], known);
		for (const change of before) predictor.change(change);
		const turns = chaosTurns(spec, predictor.state, scenario.pods);
		const pods = [...context.pods, ...successorsOf(turns, context.pods)];
		const expanded = expandAttempts(chaosAttempts(spec), { ...context, pods, podLabels: predictor.podLabels() });
		const first = expanded.map((cell) => predictor.predicted(cell));
		const states = first.map((cell) => [stateOf(cell, predictor)]);
		for (const turn of turns) {
			follow(predictor, turn);
			for (const [index, cell] of expanded.entries())
				states[index]?.push(stateOf(predictor.predicted(cell), predictor));
		}
		const cells = first.map(
			(cell, index): Cell => ({
				...cell,
				chaos: spec.kept
					? { name: spec.name, expects: keptStates(states[index] ?? []), kept: true }
					: { name: spec.name, expects: states[index] ?? [] },
			}),
		);
		return { cells, step: stepOf(spec, turns, cells) };
	});
	return {
		cells: planned.flatMap(({ cells }) => cells),
		steps: planned.flatMap(({ step }) => (step.chaos.cells.length > 0 ? [step] : [])),
	};
}

function stepOf(spec: ChaosSpec, turns: ChaosTurn[], cells: readonly Cell[]): Extract<Step, { do: 'chaos' }> {
	const { name, fault, rounds, every, before, expect } = spec;
	const attempted = cells.filter((cell) => cell.skip === undefined && hasStance(cell)).map(({ id }) => id);
	return { do: 'chaos', chaos: { name, fault, rounds, every, before, turns, cells: attempted, expect } };
}

/** At some moment the policies' text says what it is meant to be. */
export function hasStance({ chaos }: Cell): boolean {
	return (chaos?.expects ?? []).some((state) => state === 'allowed' || state === 'blocked');
}

/** Pods that a fault makes for a while. */
function successorsOf(turns: readonly ChaosTurn[], pods: readonly string[]): string[] {
	const created = turns.flatMap(({ changes }) => changes.flatMap((one) => (one.do === 'create' ? one.pods : [])));
	return [...new Set(created)].filter((pod) => !pods.includes(pod));
}

function follow(predictor: Predictor, { changes }: ChaosTurn): void {
	for (const change of changes) if (isPolicyChange(change)) predictor.change(change);
}

function isPolicyChange(change: ChaosChange): change is ChaosChange & Change {
	return isChange(change);
}

function stateOf({ from, to, prediction }: Cell, predictor: Predictor): ChaosState {
	const { pods } = predictor.state;
	const gone = [from, to].some(({ kind, name }) => kind === 'pod' && !pods.has(name));
	return gone ? 'absent' : prediction.verdict;
}
