import { setTimeout as sleep } from 'node:timers/promises';
import { ipFamilies, type IpFamily } from '../../src/model/address.ts';
import type { AgentSettings, Cluster, ClusterFacts, ClusterTiming, Deployment } from '../../src/model/cluster.ts';
import type { Cell, Workload } from '../../src/model/plan.ts';
import type { KubernetesObject } from '../../src/model/policy.ts';
import { SourcePorts } from '../../src/plan/source-ports.ts';
import { Agents } from '../../src/run/agents.ts';
import { attemptCells } from '../../src/run/attempt-cells.ts';
import { longestWait } from '../../src/run/calibration.ts';
import { dial } from '../../src/run/dial.ts';
import { withAddresses } from '../../src/run/known-addresses.ts';
import { Certificates } from '../../src/run/certificates.ts';
import { KnownPaths } from '../../src/run/known-paths.ts';
import { Permits } from '../../src/run/permits.ts';
import { settle } from '../../src/run/settle.ts';
import { Tries } from '../../src/run/tries.ts';
import { type Observation, observationOf } from './observation.ts';
import { silentRecorder } from './silent-recorder.ts';

export interface TestBedContext {
	cluster: Cluster;
	facts: ClusterFacts;
	settings: AgentSettings;
	signal: AbortSignal;
	/** The least wait of a try, milliseconds. */
	waitFloor: number;
	/** Bound and hold of settling, where a change is only stored when it is acknowledged. */
	settleBound: number;
	hold: number;
}

/** One topology on a cluster, with an agent everywhere. Uses the run's own tries and agents. Whoever deploys it closes it. */
export class TestBed {
	readonly workload: Workload;
	readonly deployment: Deployment;
	readonly context: TestBedContext;
	readonly #agents: Agents;
	readonly #tries: Tries;
	readonly #recorder = silentRecorder();
	readonly #known = new KnownPaths();
	#applied: KubernetesObject[] = [];
	#epoch = 0;

	private constructor(workload: Workload, deployment: Deployment, context: TestBedContext) {
		this.workload = workload;
		this.deployment = deployment;
		this.context = context;
		const { settings, signal } = context;
		const shared = { deployment, recorder: this.#recorder, signal };
		this.#tries = new Tries({
			...shared,
			agents: () => this.#agents,
			permits: new Permits(1024),
			ports: new SourcePorts(),
			certificates: new Certificates(deployment),
		});
		this.#agents = new Agents(deployment, settings.run, this.#recorder, {
			epochOf: (token) => this.#tries.epochOf(token),
			result: (token, record) => this.#tries.onResult(token, record),
			witness: (token, agent) => this.#tries.onWitness(token, agent),
			lost: (agent) => this.#tries.onLost(agent),
		});
	}

	static async deploy(workload: Workload, context: TestBedContext): Promise<TestBed> {
		const deployment = await context.cluster.deploy(workload, context.settings, context.signal);
		const bed = new TestBed(workload, deployment, context);
		try {
			await bed.#agents.open(deployment.endpoints());
		} catch (error) {
			await bed.close();
			throw error;
		}
		return bed;
	}

	get families(): IpFamily[] {
		const [pod] = this.deployment.endpoints().filter(({ kind }) => kind === 'pod');
		return ipFamilies.filter((family) => pod?.addresses[family] !== undefined);
	}

	/** With the addresses of this deployment. */
	substituted(policies: readonly KubernetesObject[]): KubernetesObject[] {
		return withAddresses([...policies], this.deployment, this.context.facts);
	}

	/**
	 * These policies and no other ones. `expected`: what they should mean for each path; waited for, up to a bound, where
	 * an acknowledgement doesn't say that the rules are in force; resolves with them then.
	 */
	async apply(policies: readonly KubernetesObject[], expected: () => Cell[]): Promise<Cell[] | undefined> {
		const wanted = this.substituted(policies);
		const gone = this.#applied.filter((old) => !wanted.some((one) => isSame(one, old)));
		const acknowledgements = [];
		// Noted first: what is half done when something fails has to be taken away all the same.
		this.#applied = [...gone, ...wanted];
		if (gone.length > 0) acknowledgements.push(await this.deployment.remove(gone));
		if (wanted.length > 0) acknowledgements.push(await this.deployment.apply(wanted));
		this.#applied = wanted;
		if (!acknowledgements.some(({ level }) => level === 'stored')) return undefined;
		const cells = expected();
		await this.#settle(cells);
		return cells;
	}

	/** Tries every cell once at the same time; those predicted to be allowed again, for a while, until they answer. */
	async attempt(cells: readonly Cell[], waitFloor = this.context.waitFloor): Promise<Map<Cell, Observation>> {
		this.#tries.forget();
		const timing: ClusterTiming = { ...this.context.cluster.timing, waitFloor };
		const made = await attemptCells(this.#tries, this.#agents, {
			...{ cells, purpose: 'declared', epoch: ++this.#epoch, timing, tries: 1, signal: this.context.signal },
			wait: { current: longestWait, roundTrips: [] },
			retried: (cell) => cell.prediction.verdict === 'allowed',
			retryBound: waitFloor,
			onDone: () => {},
		});
		// Whatever arrived before a witness's barrier has been told by then.
		const barriers = await Promise.all(
			this.#agents.alive().map(async ({ uid, session }) => ((await session.barrier()) === undefined ? [] : [uid])),
		);
		const heard = new Set(barriers.flat());
		this.#known.noteAll(made);
		return new Map(
			cells.map((cell) => [
				cell,
				observationOf(
					made.filter((attempt) => attempt.cell === cell),
					heard,
					this.#recorder,
				),
			]),
		);
	}

	/** Whether every server that may answer on a path answers itself at this moment. */
	async isServing(cell: Cell): Promise<boolean> {
		const dialled = dial(cell, this.deployment);
		const checks = await Promise.all(
			(dialled?.targets ?? []).map(async (uid) => (await this.#agents.byUid(uid)?.session.selfCheck()) ?? []),
		);
		return checks.length > 0 && checks.every((all) => all.length > 0 && all.every(({ ok }) => ok));
	}

	pause(milliseconds: number): Promise<void> {
		return sleep(milliseconds, undefined, { signal: this.context.signal });
	}

	async close(): Promise<void> {
		this.#agents.closeAll();
		await this.deployment.close();
	}

	async #settle(cells: readonly Cell[]): Promise<void> {
		const { settleBound: bound, hold, signal } = this.context;
		const canary = this.deployment.canary?.bind(this.deployment);
		const request = {
			step: 0,
			epoch: ++this.#epoch,
			cells,
			known: this.#known,
			wait: { current: 500, roundTrips: [] },
			timing: this.context.cluster.timing,
			bound,
			hold,
			canary,
			signal,
		};
		await settle(this.#tries, this.#agents, this.#recorder, request);
	}
}

function isSame(one: KubernetesObject, other: KubernetesObject): boolean {
	return one.metadata.name === other.metadata.name && one.metadata.namespace === other.metadata.namespace;
}
