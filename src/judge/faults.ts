import type { EventOf } from '../model/event.ts';
import type { ChaosPlan, Step } from '../model/plan.ts';
import type { FaultReport, Reason, Verdict } from '../model/verdict.ts';
import { turnsOf } from './chaos-timeline.ts';
import type { Judgement } from './finding-out.ts';
import { reason } from './reasons.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import type { TryRecord } from './try-record.ts';

type Injection = Extract<Step, { do: 'inject' }>;

/** Verdicts that would say something about a fault which perhaps never was. A leak is one in any case. */
const doubted: ReadonlySet<Verdict> = new Set(['enforced', 'observed', 'unprotected', 'broken']);

/** What was attempted under a fault of which nothing was seen shows nothing about it. */
export function underFaults(history: ScenarioHistory, tries: readonly TryRecord[], found: Judgement): Judgement {
	if (!doubted.has(found.verdict)) return found;
	const doubts = doubtsOf(history, tries);
	return doubts.length === 0 ? found : { ...found, verdict: 'inconclusive', reasons: [...doubts, ...found.reasons] };
}

/** Each fault that the plan has in force while the tries were made, and that has no visible effect on record. */
function doubtsOf(history: ScenarioHistory, tries: readonly TryRecord[]): Reason[] {
	const steps = new Set(tries.map(({ event }) => history.epochs.get(event.epoch)?.began?.step));
	const doubted = new Set<string>();
	for (const step of steps) {
		if (step === undefined) continue;
		for (const [index, { name }] of inForce(history.plan.steps, step)) {
			if ((changeOf(history, index)?.effects ?? []).length === 0) doubted.add(name);
		}
	}
	return [...doubted].map((name) => reason('fault-without-effect', name));
}

/** Faults that the plan injects before a step and has not healed by then, with the index of their step. */
function inForce(steps: readonly Step[], before: number): Map<number, Injection> {
	const injections = new Map<number, Injection>();
	for (const [index, step] of steps.slice(0, before).entries()) {
		if (step.do === 'inject') injections.set(index, step);
		if (step.do !== 'heal') continue;
		for (const [earlier, { name }] of injections) if (name === step.name) injections.delete(earlier);
	}
	return injections;
}

export function faultsOf(history: ScenarioHistory): FaultReport[] {
	const { steps } = history.plan;
	return steps.flatMap((step, index): FaultReport[] => {
		if (step.do === 'chaos') return faultsOfRounds(history, index, step.chaos);
		if (step.do !== 'inject') return [];
		const injected = changeOf(history, index);
		const healedBy = steps.findIndex((one, at) => at > index && one.do === 'heal' && one.name === step.name);
		const healed = healedBy < 0 ? undefined : changeOf(history, healedBy);
		return [reportOf(step.fault, step.name, injected, healed)];
	});
}

/** Of the cluster's own faults; what is made of changes stands with the paths. */
function faultsOfRounds(history: ScenarioHistory, step: number, chaos: ChaosPlan): FaultReport[] {
	const injection = chaos.turns.flatMap(({ changes }) => changes).find((change) => change.do === 'inject');
	if (injection?.do !== 'inject') return [];
	const changes = turnsOf(history, step).flatMap((turn) =>
		turn.changes.map((change) => ({ round: turn.round, change })),
	);
	return Array.from({ length: chaos.rounds }, (_, round) => {
		const [injected, healed] = (['inject', 'heal'] as const).map(
			(action) => changes.find((one) => one.round === round && one.change.action === action)?.change,
		);
		const name = chaos.rounds === 1 ? chaos.name : `${chaos.name}, round ${round + 1}`;
		return reportOf(injection.fault, name, injected, healed);
	});
}

function reportOf(
	fault: FaultReport['fault'],
	name: string,
	injected: EventOf<'change'> | undefined,
	healed: EventOf<'change'> | undefined,
): FaultReport {
	const inForce = injected && healed && rounded(healed.requestedAt - injected.acknowledgedAt);
	return { fault, name, injection: outcomeOf(injected), healing: outcomeOf(healed), inForce };
}

function outcomeOf(change: EventOf<'change'> | undefined): FaultReport['injection'] {
	return change && { effects: change.effects ?? [], took: rounded(change.acknowledgedAt - change.requestedAt) };
}

function changeOf(history: ScenarioHistory, step: number): EventOf<'change'> | undefined {
	return history.changes.find((change) => change.step === step);
}

/** Microseconds are as exact as clocks here are. */
function rounded(milliseconds: number): number {
	return Math.round(milliseconds * 1000) / 1000;
}
