import type { KnownNetwork } from '../model/cluster.ts';
import type { Cell, HeldConnection, Prediction, ScenarioPlan } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import type { Connection, World } from '../policy/world.ts';
import { addressed, attemptedBy, needsTcp } from './cell-connection.ts';
import { afterChange, type Change, type ClusterState, initialState, isChange } from './cluster-state.ts';
import { policyWorld } from './policy-world.ts';
import { keptStates } from './predict-held.ts';

/** A stretch in which nothing changes that policies speak of. */
export interface Moment {
	/** The one before it, by its number; undefined: the first. */
	parent: number | undefined;
	change: Change | undefined;
	/** Whatever the policies say. */
	world: World;
	/** Attempts of the scenario are made then: the phase of the first of them; rather of the first while no fault is in force. */
	attempts: { phase: string | undefined; undisturbed: boolean } | undefined;
	/** A fault makes it; no attempt but those around the fault can be made then. */
	passing: boolean;
}

/** A cell with the moments that its prediction rests on. */
export interface TimedCell {
	cell: Cell;
	/** `now`: the first; `held`: since it was opened; `chaos`: each by itself. Undefined: an end is gone, or cut. */
	rests: 'now' | 'held' | 'chaos';
	moments: (number | undefined)[];
	connection: Connection;
	/** Has to be allowed as well. */
	also: Connection | undefined;
}

/** When a scenario attempts what, and what there is then, so that it can be asked again what other policies would mean. */
export interface Timeline {
	moments: Moment[];
	/** Those that are attempted. */
	cells: TimedCell[];
}

export type VerdictAt = (moment: number, connection: Connection) => Prediction['verdict'];

/** Follows the steps of a plan. `scenario` as it was planned. */
export function timelineOf(plan: ScenarioPlan, scenario: Scenario, known: KnownNetwork | undefined): Timeline {
	return new Follower(plan, scenario, known).follow();
}

/**
 * What there is at each moment of a timeline when the scenario has other policies; the pods and their labels are the same.
 * `initial`: before any policy is applied, where that is known.
 */
export function statesOf(
	{ moments }: Timeline,
	plan: ScenarioPlan,
	scenario: Scenario,
	initial: ClusterState = initialState(scenario, plan.workload.initialPods),
): ClusterState[] {
	const states: ClusterState[] = [];
	for (const { parent, change } of moments) {
		const before = parent === undefined ? initial : states[parent];
		if (!before) throw new Error('a moment comes after the one before it');
		states.push(change ? afterChange(before, change, scenario) : before);
	}
	return states;
}

/** What a cell's prediction is: one verdict, or under chaos one for each moment. As `Predictor` has it. */
export function verdictsOf(
	{ cell, rests, moments, connection, also }: TimedCell,
	at: VerdictAt,
): Prediction['verdict'][] {
	const verdicts = moments.map((moment) => (moment === undefined ? 'unknown' : at(moment, connection)));
	const [opened = 'unknown', ...later] = verdicts;
	if (rests === 'chaos') return cell.chaos?.kept ? keptStates(verdicts) : verdicts;
	if (rests === 'now') {
		const [moment] = moments;
		return opened === 'allowed' && also && moment !== undefined ? [at(moment, also)] : [opened];
	}
	// predictHeld: whether a later policy acts on what is there already is left open.
	if (opened !== 'allowed') return [opened];
	if (later.includes('unknown')) return ['unknown'];
	return [later.every((verdict) => verdict === 'allowed') ? 'allowed' : 'open'];
}

class Follower {
	readonly #plan: ScenarioPlan;
	readonly #scenario: Scenario;
	readonly #known: KnownNetwork | undefined;
	readonly #states: ClusterState[] = [];
	readonly #held = new Map<string, { connection: HeldConnection; moments: (number | undefined)[] }>();
	readonly #timeline: Timeline = { moments: [], cells: [] };

	constructor(plan: ScenarioPlan, scenario: Scenario, known: KnownNetwork | undefined) {
		this.#plan = plan;
		this.#scenario = scenario;
		this.#known = known;
	}

	follow(): Timeline {
		const byId = new Map(this.#plan.cells.map((cell) => [cell.id, cell]));
		let now = this.#add(undefined, undefined, false);
		let undisturbed = true;
		for (const step of this.#plan.steps) {
			if (step.do === 'inject' || step.do === 'heal') undisturbed = step.do === 'heal';
			if (isChange(step)) {
				now = this.#add(now, step, false);
				for (const held of this.#held.values()) held.moments.push(isCut(held.connection, step) ? undefined : now);
			} else if (step.do === 'hold') {
				for (const one of step.holds) this.#held.set(heldKey(one.name, one), { connection: one, moments: [now] });
			} else if (step.do === 'attempt' && step.purpose === 'declared') {
				const moment = this.#timeline.moments[now];
				const { phase } = step;
				if (moment && !moment.attempts?.undisturbed) {
					moment.attempts = undisturbed || !moment.attempts ? { phase, undisturbed } : moment.attempts;
				}
				for (const id of step.cells) this.#attempt(byId.get(id), now);
			} else if (step.do === 'chaos') {
				const moments = this.#turns(step.chaos.turns, now);
				for (const id of step.chaos.cells) {
					const cell = byId.get(id);
					if (cell) this.#timeline.cells.push(this.#around(cell, moments));
				}
			}
		}
		return this.#timeline;
	}

	#add(parent: number | undefined, change: Change | undefined, passing: boolean): number {
		const before = parent === undefined ? undefined : this.#states[parent];
		const state =
			before && change
				? afterChange(before, change, this.#scenario)
				: initialState(this.#scenario, this.#plan.workload.initialPods);
		this.#states.push(state);
		const world = policyWorld(this.#scenario, state, this.#known);
		return this.#timeline.moments.push({ parent, change, world, attempts: undefined, passing }) - 1;
	}

	#attempt(cell: Cell | undefined, now: number): void {
		if (!cell) return;
		const connection = connectionOf(cell);
		const also = needsTcp(cell) ? { ...connection, protocol: 'tcp' as const } : undefined;
		if (cell.on === undefined) {
			this.#timeline.cells.push({ cell, rests: 'now', moments: [now], connection, also });
			return;
		}
		const moments = [...(this.#held.get(heldKey(cell.on, cell))?.moments ?? [])];
		this.#timeline.cells.push({ cell, rests: 'held', moments, connection: addressed(cell), also: undefined });
	}

	/** The moment before a fault, and that after each of its turns. */
	#turns(turns: Extract<ScenarioPlan['steps'][number], { do: 'chaos' }>['chaos']['turns'], now: number): number[] {
		let last = now;
		return [
			now,
			...turns.map(({ changes }) => {
				for (const change of changes) if (isChange(change)) last = this.#add(last, change, true);
				return last;
			}),
		];
	}

	#around(cell: Cell, moments: readonly number[]): TimedCell {
		const isThere = (moment: number): boolean =>
			[cell.from, cell.to].every(({ kind, name }) => kind !== 'pod' || this.#states[moment]?.pods.has(name));
		const present = moments.map((moment) => (isThere(moment) ? moment : undefined));
		return { cell, rests: 'chaos', moments: present, connection: connectionOf(cell), also: undefined };
	}
}

function connectionOf(cell: Cell): Connection {
	const attempted = attemptedBy(cell);
	return { ...addressed(cell), ...(attempted && { attempted }) };
}

function isCut({ from, to }: HeldConnection, change: Change): boolean {
	const end = to.backend ?? to.name;
	return change.do === 'remove' && (change.pods.includes(from.name) || change.pods.includes(end));
}

function heldKey(name: string, { family }: Pick<Cell, 'family'>): string {
	return `${name}/${family}`;
}
