import type { Purpose } from '../model/event.ts';
import type { Cell, ChaosPlan, ScenarioPlan, Step } from '../model/plan.ts';
import type { SourcePorts } from '../plan/source-ports.ts';
import { Agents } from './agents.ts';
import { attemptCells } from './attempt-cells.ts';
import { attemptsAtStart } from './attempts-at-start.ts';
import { type EpochWait, longestWait } from './calibration.ts';
import { changeEndpoints } from './change-endpoints.ts';
import { Certificates } from './certificates.ts';
import { chaosWait, runChaos } from './chaos-step.ts';
import { changeCluster, changedNames, type ChangeStep } from './change-cluster.ts';
import { runEpoch } from './epoch.ts';
import { HeldConnections } from './held-connections.ts';
import { holdCell } from './hold-cell.ts';
import { KnownPaths } from './known-paths.ts';
import { PolicyEvents } from './policy-events.ts';
import { reservedPorts } from './reserved-ports.ts';
import { isAllowed, isBaseline, nextAttempts } from './steps.ts';
import type { ScenarioRunContext } from './scenario-run-context.ts';
import { settle } from './settle.ts';
import { StreamPorts } from './stream-ports.ts';
import { repliedBy, Tries } from './tries.ts';
import { writeEndpoints } from './write-endpoints.ts';
import { watchWire } from './watch-wire.ts';
import type { WireWatch } from './wire-watch.ts';

/** Carries out one scenario's steps on its deployment, in order. Whoever made the deployment closes it. */
export class ScenarioRun {
	#context: ScenarioRunContext;
	readonly #agents: Agents;
	readonly #tries: Tries;
	readonly #known = new KnownPaths();
	#cells: Map<string, Cell>;
	readonly #ports: SourcePorts;
	readonly #streamPorts: StreamPorts;
	readonly #certificates: Certificates;
	readonly #holds = new HeldConnections();
	readonly #policyEvents: PolicyEvents;
	/** UIDs of endpoints that stand in the history. */
	readonly #written = new Set<string>();
	#epoch = 0;
	/** Of the plan's steps, the one that comes next; undefined: nothing has happened yet. */
	#next: number | undefined;
	#wait = longestWait;

	constructor(context: ScenarioRunContext) {
		this.#context = context;
		this.#cells = new Map(context.plan.cells.map((cell) => [cell.id, cell]));
		this.#ports = reservedPorts(context.plan, context.deployment.endpoints());
		this.#streamPorts = new StreamPorts(this.#ports);
		this.#certificates = new Certificates(context.deployment);
		this.#policyEvents = new PolicyEvents(context);
		const certificates = this.#certificates;
		this.#tries = new Tries({ ...context, agents: () => this.#agents, ports: this.#ports, certificates });
		this.#agents = new Agents(context.deployment, context.settings.run, context.recorder, {
			epochOf: (token) => this.#tries.epochOf(token),
			result: (token, record) => this.#tries.onResult(token, record),
			witness: (token, agent) => this.#tries.onWitness(token, agent),
			holdEnded: (hold) => this.#holds.end(hold),
			lost: (agent) => this.#tries.onLost(agent),
		});
	}

	async execute(): Promise<void> {
		const { plan, signal } = this.#context;
		try {
			if (this.#next === undefined) await this.#open();
			for (const [index, step] of plan.steps.entries()) {
				if (index < (this.#next ?? 0)) continue;
				signal.throwIfAborted();
				await this.#step(step, index);
			}
			await this.#policyEvents.write();
		} finally {
			this.close();
		}
	}

	/** All that needs no policy: opens the agents and, where the plan begins with that, shows that the paths are open. */
	async prepare(): Promise<void> {
		const [first] = this.#context.plan.steps;
		await this.#open();
		if (first && isBaseline(first)) await this.#step(first, 0);
		this.#next = first && isBaseline(first) ? 1 : 0;
	}

	/**
	 * What was prepared goes on under another plan for the same workload. `baselineHolds`: it begins with the same tries, which
	 * need not be made again. `movedBy`: as in `Agents.moveClocks`.
	 */
	goOn(plan: ScenarioPlan, baselineHolds: boolean, movedBy: number): void {
		this.#context = { ...this.#context, plan };
		this.#cells = new Map(plan.cells.map((cell) => [cell.id, cell]));
		this.#agents.moveClocks(movedBy);
		if (!baselineHolds) this.#next = 0;
	}

	/** Some agent has ended, without which the answer would not be complete. */
	get isDamaged(): boolean {
		return this.#agents.isAnyLost;
	}

	/** For a run that was only prepared; `execute` does it by itself. */
	close(): void {
		this.#agents.closeAll();
		this.#tries.close();
	}

	/** Writes down every endpoint that is new, then opens its agent. */
	async #open(): Promise<void> {
		if (this.#written.size === 0) await this.#policyEvents.open();
		const endpoints = writeEndpoints(this.#context, this.#written);
		this.#policyEvents.noteEndpoints();
		if (endpoints.length === 0) return;
		this.#progress('starting agents');
		await this.#agents.open(endpoints);
	}

	async #step(step: Step, index: number): Promise<void> {
		switch (step.do) {
			case 'attempt':
				return this.#attempt(step, index);
			case 'settle':
				return this.#settle(step, index);
			case 'hold':
				return this.#hold(step, index);
			case 'chaos':
				return this.#chaos(step.chaos, index);
			case 'await':
				this.#progress(`waiting for the end of ${step.closed}`);
				return this.#holds.awaitEnd(step, index, this.#context.recorder, this.#context.signal);
			default:
				return this.#change(step, index);
		}
	}

	async #attempt(step: Extract<Step, { do: 'attempt' }>, index: number): Promise<void> {
		const { purpose } = step;
		const cells = this.#cellsOf(step.cells);
		const total = cells.length;
		const phase = activities[purpose];
		await this.#certificates.fetch(cells);
		this.#progress(phase, 0, total);
		this.#wait = await this.#inEpoch(
			index,
			purpose,
			true,
			longestWait,
			async (epoch, wait) => {
				const made = await attemptCells(this.#tries, this.#agents, {
					...{ cells, purpose, epoch, wait, timing: this.#context.cluster.timing, signal: this.#context.signal },
					tries: purpose === 'declared' ? undefined : 1,
					// Before the policies and after them every path is meant to be open.
					retried: (cell) => cell.on === undefined && (purpose !== 'declared' || isAllowed(cell)),
					retryBound: this.#settleBound(undefined),
					onDone: () => this.#progress(phase, total, total),
				});
				this.#known.noteAll(made);
				return made;
			},
			purpose === 'declared' ? cells : [],
		);
	}

	async #settle(step: Extract<Step, { do: 'settle' }>, index: number): Promise<void> {
		const { plan, cluster, recorder, signal } = this.#context;
		this.#progress('settling');
		const wait = this.#wait;
		const cells = this.#cellsOf(step.cells);
		await this.#certificates.fetch(cells);
		const bound = this.#settleBound(step.bound);
		const hold = plan.timing.hold ?? cluster.timing.hold;
		const canary = this.#context.deployment.canary?.bind(this.#context.deployment);
		const request = { step: index, cells, known: this.#known, timing: cluster.timing, bound, hold, canary, signal };
		await this.#inEpoch(index, 'settle', false, wait, async (epoch, ofEpoch) => {
			await settle(this.#tries, this.#agents, recorder, { ...request, epoch, wait: ofEpoch });
			return [];
		});
	}

	async #hold(step: Extract<Step, { do: 'hold' }>, index: number): Promise<void> {
		const wait = this.#wait;
		this.#progress('holding connections');
		await this.#inEpoch(index, 'hold', true, wait, async (epoch) => {
			const requests = step.holds.map((hold) => ({ cell: holdCell(hold), purpose: 'hold' as const, delay: 0 }));
			const made = await this.#tries.send(requests, epoch, () => wait);
			const held = new Set(made.filter((one) => repliedBy(one) !== undefined).map(({ cell }) => cell.family));
			this.#holds.add(step.holds.filter(({ family }) => held.has(family)));
			return made;
		});
	}

	async #chaos(chaos: ChaosPlan, step: number): Promise<void> {
		const cells = this.#cellsOf(chaos.cells);
		await this.#certificates.fetch(cells);
		const deadline = chaosWait(this.#wait);
		const own = { agents: this.#agents, ports: this.#streamPorts, certificates: this.#certificates };
		await this.#inEpoch(step, 'chaos', true, deadline, async (epoch) => {
			await runChaos(this.#context, {
				...{ chaos, cells, step, epoch, deadline, ...own },
				change: (change, boot, turn) => this.#changeNow(change, step, boot, turn),
				onRound: (round) => this.#progress(`chaos: ${chaos.name}`, round, chaos.rounds),
			});
			return [];
		});
	}

	/** A change while nothing is attempted. */
	async #change(step: ChangeStep, index: number): Promise<void> {
		this.#progress(step.do === 'apply' ? 'applying policies' : `${step.do}: ${changedNames(step).join(', ')}`);
		await this.#cancelAll();
		const change = (boot: Parameters<typeof changeCluster>[2]) => this.#changeNow(step, index, boot);
		if (step.do !== 'create') return change({});
		const cells = this.#cellsOf(nextAttempts(this.#context.plan.steps, index));
		await this.#certificates.fetch(cells.filter(({ from }) => step.pods.includes(from.name)));
		const own = { tries: this.#tries, agents: this.#agents, ports: this.#ports, certificates: this.#certificates };
		await attemptsAtStart({
			...{ pods: step.pods, cells, step: index, wait: this.#wait, ...own },
			context: this.#context,
			nextEpoch: () => ++this.#epoch,
			create: change,
		});
	}

	async #changeNow(
		step: ChangeStep,
		index: number,
		boot: Parameters<typeof changeCluster>[2],
		turn?: { round: number; turn: number },
	): Promise<void> {
		await changeEndpoints(step, this.#context, this.#agents, turn !== undefined, () =>
			changeCluster(step, index, boot, this.#context, turn),
		);
		// An authority may have been replaced: what it made is made anew.
		if (step.do === 'inject' || step.do === 'heal') this.#certificates.forget();
		await this.#open();
	}

	/** Before a change every attempt is ended, and the end acknowledged: nothing of before may arrive after. */
	async #cancelAll(): Promise<void> {
		if (this.#tries.inFlight > 0) await Promise.all(this.#agents.alive().map(({ session }) => session.cancel()));
		this.#tries.forget();
	}

	async #inEpoch(
		step: number,
		purpose: Purpose,
		controls: boolean,
		wait: number,
		attempt: (epoch: number, wait: EpochWait) => ReturnType<Tries['send']>,
		watched: readonly Cell[] = [],
	): Promise<number> {
		const epoch = ++this.#epoch;
		const request = { epoch, step, purpose, controls, wait, wire: this.#wire(epoch, watched) };
		const context = { ...this.#context, agents: this.#agents, timing: this.#context.cluster.timing };
		return runEpoch(context, request, (ofEpoch) => attempt(epoch, ofEpoch));
	}

	/** Only where something is declared to be unreadable. */
	#wire(epoch: number, cells: readonly Cell[]): WireWatch | undefined {
		return watchWire(this.#context, { agents: this.#agents, ports: this.#ports }, epoch, cells);
	}

	#settleBound(ofStep: number | undefined): number {
		const { settleBound, plan, cluster } = this.#context;
		return settleBound ?? ofStep ?? plan.timing.settle ?? cluster.timing.settle;
	}

	#cellsOf(ids: readonly string[]): Cell[] {
		return ids.flatMap((id) => this.#cells.get(id) ?? []);
	}

	#progress(phase: string, done?: number, total?: number): void {
		const counts = { ...(done === undefined ? {} : { done }), ...(total === undefined ? {} : { total }) };
		this.#context.onProgress({ kind: 'scenario', scenario: this.#context.plan.name, phase, ...counts });
	}
}

const activities = { baseline: 'baseline', declared: 'attempting', reopen: 'reopening' } as const;
