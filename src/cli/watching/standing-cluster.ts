import type { AgentSettings, Cluster, ClusterFacts, ClusterTiming, Deployment } from '../../model/cluster.ts';
import type { Workload } from '../../model/plan.ts';
import type { Scenario } from '../../model/scenario.ts';

/**
 * A cluster that outlasts runs, and that takes deployments down only when nobody waits for an answer. Whoever makes one
 * calls `end`; `down` does nothing.
 */
export class StandingCluster implements Cluster {
	readonly name: string;
	readonly capabilities: Cluster['capabilities'];
	readonly baseline: Cluster['baseline'];
	readonly parallelDeployments: number;
	readonly timing: ClusterTiming;
	readonly #inner: Cluster;
	#used: Deployment[] = [];
	#closing: Promise<unknown> = Promise.resolve();

	/** `timing`: in the place of the cluster's own. */
	constructor(inner: Cluster, timing: Partial<ClusterTiming>) {
		this.#inner = inner;
		this.name = inner.name;
		this.capabilities = inner.capabilities;
		this.baseline = inner.baseline;
		this.parallelDeployments = inner.parallelDeployments;
		this.timing = { ...inner.timing, ...timing };
	}

	get remedies(): NonNullable<Cluster['remedies']> {
		return this.#inner.remedies ?? {};
	}

	get known(): NonNullable<Cluster['known']> {
		return this.#inner.known ?? {};
	}

	refuses(scenario: Scenario): string | undefined {
		return this.#inner.refuses?.(scenario);
	}

	up(signal: AbortSignal): Promise<ClusterFacts> {
		return this.#inner.up(signal);
	}

	/** Closing what it resolves with only marks it for `tidy`. */
	async deploy(workload: Workload, settings: AgentSettings, signal: AbortSignal): Promise<Deployment> {
		const deployment = await this.#inner.deploy(workload, settings, signal);
		const close = async (): Promise<void> => {
			this.#used.push(deployment);
		};
		return new Proxy(deployment, {
			get(target, key) {
				if (key === 'close') return close;
				const value: unknown = Reflect.get(target, key, target);
				return typeof value === 'function' ? (value.bind(target) as unknown) : value;
			},
		});
	}

	async down(): Promise<void> {}

	/** Takes down what was closed. Returns at once. */
	tidy(): void {
		const used = this.#used;
		this.#used = [];
		this.#closing = Promise.allSettled([this.#closing, ...used.map((deployment) => deployment.close())]);
	}

	/** Ends everything that stands. Rejects where that fails. */
	async end(): Promise<void> {
		await this.#closing;
		await this.#inner.down();
	}
}
