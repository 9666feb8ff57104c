import type { EventOf } from '../model/event.ts';
import type { HeldConnection } from '../model/plan.ts';
import type { FlipReport, HoldReport, ScenarioVerdict, SinceChange } from '../model/verdict.ts';
import { endpointText } from './endpoint-text.ts';
import type { ScenarioHistory } from './scenario-history.ts';

type Change = EventOf<'change'>;

/** What became of each connection that was to be held, in the order of the plan. */
export function holdsOf(history: ScenarioHistory): HoldReport[] {
	const holds = history.plan.steps.flatMap((step) => (step.do === 'hold' ? step.holds : []));
	return holds.map((hold) => {
		const { name, family, port } = hold;
		const identity = { name, family, from: endpointText(hold.from), to: endpointText(hold.to), port };
		const openedAt = openingOf(history, hold);
		if (openedAt === undefined) return { ...identity, state: 'never-opened', lasted: undefined, since: [] };
		const ended = history.holdsEnded.find((event) => event.hold === `${name}/${family}` && event.seenAt >= openedAt);
		const until = ended?.seenAt ?? lastAnswer(history, hold) ?? openedAt;
		return {
			...identity,
			state: ended ? 'ended' : 'alive',
			...(ended && { outcome: ended.outcome.code }),
			lasted: rounded(until - openedAt),
			since: sinceChanges(history.changes, openedAt, until),
		};
	});
}

/** When its first token was answered. */
function openingOf(history: ScenarioHistory, { name, family }: HeldConnection): number | undefined {
	const tries = history.tries.filter(
		({ event }) => event.purpose === 'hold' && event.on === name && event.family === family,
	);
	return tries.find(({ result }) => result?.outcome.code === 'replied')?.result?.endedAt;
}

function lastAnswer(history: ScenarioHistory, { name, family }: HeldConnection): number | undefined {
	const answered = history.tries.flatMap(({ event, seen, result }) =>
		event.on === name && event.family === family && seen.lands === 'replied' && result ? [result.endedAt] : [],
	);
	return answered.length === 0 ? undefined : Math.max(...answered);
}

function sinceChanges(changes: readonly Change[], from: number, until: number): SinceChange[] {
	return changes
		.filter((change) => change.requestedAt >= from && change.requestedAt <= until && change.refused === undefined)
		.map((change) => ({ change: describeChange(change), after: rounded(until - change.acknowledgedAt) }))
		.reverse();
}

/** Closing and opening latencies, from what settling saw: at most so long, for paths are tried again and again. */
export function flipsOf(history: ScenarioHistory): FlipReport[] {
	return [...history.settled.values()].flatMap((settled): FlipReport[] => {
		const began = [...history.epochs.values()].find(({ began }) => began?.step === settled.step)?.began;
		const change = began && history.changes.findLast(({ n }) => n < began.n);
		if (!change || settled.method !== 'observed' || settled.cells.length === 0) return [];
		const times = settled.cells.map(({ cell, after }) => ({
			closes: history.cells.get(cell)?.expectation === 'blocked' || isPredictedBlocked(history, cell),
			within: rounded(Math.max(0, began.at + after - change.acknowledgedAt)),
		}));
		const slowest = (closes: boolean) => {
			const some = times.filter((one) => one.closes === closes);
			return some.length === 0 ? undefined : { paths: some.length, within: Math.max(...some.map((one) => one.within)) };
		};
		return [{ change: describeChange(change), closed: slowest(true), opened: slowest(false) }];
	});
}

export function refusalsOf(history: ScenarioHistory): ScenarioVerdict['refusals'] {
	return history.changes.flatMap((change) =>
		change.refused === undefined ? [] : [{ change: describeChange(change), message: change.refused }],
	);
}

function isPredictedBlocked(history: ScenarioHistory, id: string): boolean {
	const cell = history.cells.get(id);
	return cell?.expectation === 'predicted' && cell.prediction.verdict === 'blocked';
}

function describeChange({ action, objects }: Change): string {
	return `${action} ${objects.join(', ')}`;
}

/** Microseconds are as exact as clocks here are. */
function rounded(milliseconds: number): number {
	return Math.round(milliseconds * 1000) / 1000;
}
