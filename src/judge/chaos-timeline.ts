import type { EventOf } from '../model/event.ts';
import type { Cell, ChaosPlan, ChaosState } from '../model/plan.ts';
import type { ScenarioHistory } from './scenario-history.ts';

type Change = EventOf<'change'>;

/** When a path was first tried from a moment on, and last before one: a pod that does not attempt yet is not there yet. */
interface Instants {
	firstTry: (since: number) => number | undefined;
	lastTry: (before: number) => number | undefined;
}

/** All changes of one turn. Milliseconds of the run. */
export interface Turn {
	round: number;
	turn: number;
	requestedAt: number;
	acknowledgedAt: number;
	changes: Change[];
}

/** A time in which a path is meant to be in one state. Milliseconds of the run. */
export interface Stretch {
	state: ChaosState;
	from: number;
	to: number;
	/** What it was meant to be before; undefined for the first. */
	before: ChaosState | undefined;
	/** A change that the path follows comes after it; it is the last one otherwise. */
	isFollowed: boolean;
	/** In which it could be tried: both of its ends were there, and the probe was at work. */
	tried: { from: number; to: number };
}

export interface ChaosTimeline {
	turns: Turn[];
	/** Without the transitions between request and acknowledgement of what changes a path’s state. */
	stretches: Stretch[];
	from: number;
	/** When each round ended that is on record. */
	ends: number[];
	/** Rounds all of whose turns are on record. */
	rounds: number;
}

/** Whether a moment lies in one of these. */
export function isWithin(at: number, stretches: readonly Pick<Stretch, 'from' | 'to'>[]): boolean {
	return stretches.some(({ from, to }) => at >= from && at <= to);
}

/** The round that a moment lies in. */
export function roundAt({ ends }: ChaosTimeline, at: number): number {
	const round = ends.findIndex((end) => at <= end);
	return round < 0 ? Math.max(0, ends.length - 1) : round;
}

/** The turns of a `chaos` step as they were carried out, in order. */
export function turnsOf(history: ScenarioHistory, step: number): Turn[] {
	const turns = new Map<string, Turn>();
	for (const change of history.changes) {
		if (change.step !== step || !change.turn) continue;
		const { round, turn } = change.turn;
		const { requestedAt, acknowledgedAt } = change;
		const known = turns.get(`${round} ${turn}`);
		if (known) {
			known.acknowledgedAt = Math.max(known.acknowledgedAt, acknowledgedAt);
			known.changes.push(change);
		} else turns.set(`${round} ${turn}`, { round, turn, requestedAt, acknowledgedAt, changes: [change] });
	}
	return [...turns.values()].filter(({ acknowledgedAt }) => Number.isFinite(acknowledgedAt));
}

/**
 * What a path is meant to be at which time, from the states that the plan predicts and from when the changes were
 * acknowledged.
 */
export function chaosTimeline(
	history: ScenarioHistory,
	step: number,
	plan: ChaosPlan,
	{ chaos }: Cell,
	instants: Instants,
): ChaosTimeline | undefined {
	const began = history.streams.began.get(step);
	if (!began || !chaos) return undefined;
	const turns = turnsOf(history, step);
	const stretches: Stretch[] = [];
	const first = chaos.expects[0] ?? 'unknown';
	let open: Omit<Stretch, 'to' | 'tried' | 'isFollowed'> = { state: first, from: began.at, before: undefined };
	const close = (to: number, next: ChaosState | undefined) => {
		const from = open.before === 'absent' ? (instants.firstTry(open.from) ?? to) : open.from;
		const until = next === 'absent' ? (instants.lastTry(to) ?? to) : to;
		const isFollowed = next !== undefined;
		if (to > open.from)
			stretches.push({ ...open, to, isFollowed, tried: { from: Math.min(from, to), to: Math.max(from, until) } });
	};
	for (const turn of turns) {
		const state = chaos.expects[turn.turn + 1] ?? 'unknown';
		if (state === open.state) continue;
		close(turn.requestedAt, state);
		open = { state, from: beginningOf(state, open.state, turn, instants), before: open.state };
	}
	const ends = endsOf(turns, plan);
	close(ends.at(-1) ?? began.at, undefined);
	const complete = turns.filter(({ turn, changes }) => changes.length >= (plan.turns[turn]?.changes.length ?? 0));
	const rounds = Array.from({ length: plan.rounds }, (_, round) => round).filter(
		(round) => complete.filter((one) => one.round === round).length === plan.turns.length,
	).length;
	return { turns, stretches, from: began.at, ends, rounds };
}

function endsOf(turns: readonly Turn[], plan: ChaosPlan): number[] {
	const rounds = [...new Set(turns.map(({ round }) => round))].sort((a, b) => a - b);
	return rounds.map((round) => {
		const last = turns.findLast((turn) => turn.round === round);
		return last ? last.acknowledgedAt + (plan.turns[last.turn]?.stays ?? 0) : 0;
	});
}

/** Policies that were there before a pod are in force from its first moment. */
function beginningOf(
	state: ChaosState,
	before: ChaosState,
	{ requestedAt, acknowledgedAt }: Turn,
	{ firstTry }: Instants,
): number {
	if (before !== 'absent' || state !== 'blocked') return acknowledgedAt;
	return firstTry(requestedAt) ?? acknowledgedAt;
}
