import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { AgentStream } from '../../model/cluster.ts';
import type { PodSpec } from '../../model/scenario.ts';
import { type CanaryPath, CanarySession } from './canary-session.ts';
import type { ClusterNode } from './cluster-nodes.ts';
import { ownedBy, type Ownership } from './ownership.ts';
import type { NewPod, PodMaker, ProbePod } from './probe-pods.ts';

export interface CanaryOptions {
	client: KubeClient;
	maker: PodMaker;
	namespace: string;
	nodes: readonly ClusterNode[];
	ownership: Ownership;
	open: (pod: ProbePod, signal: AbortSignal) => Promise<AgentStream>;
	/** Told about each pod as soon as it exists. */
	made: (ref: ProbePod['ref']) => void;
}

const port = 80;
const pause = 30;
const role = 'gatecrash.dev/canary';

/**
 * A policy of the harness's own that shows when a change has reached the nodes: it is stored after the change, and an
 * engine that has made it work on every node has very likely made the change work too. One server on each node,
 * one client that attempts them all.
 */
export class Canary {
	readonly #options: CanaryOptions;
	#servers: ProbePod[] = [];
	#client: ProbePod | undefined;
	#session: CanarySession | undefined;
	#number = 0;
	#queue: Promise<unknown> = Promise.resolve();

	constructor(options: CanaryOptions) {
		this.#options = options;
	}

	/** As `Deployment.canary`; calls take turns. */
	settle(bound: number, signal: AbortSignal): Promise<number | undefined> {
		const turn = this.#queue.then(() => this.#settle(bound, signal));
		this.#queue = turn.catch(() => {});
		return turn;
	}

	/** Its pods went with a node that was restarted: resolves when what is left of them is gone; they are made anew when needed. */
	async renew(signal: AbortSignal): Promise<void> {
		const pods = [...this.#servers, ...(this.#client ? [this.#client] : [])];
		this.close();
		this.#session = undefined;
		this.#client = undefined;
		await this.#options.maker.remove(
			pods.map(({ ref }) => ref),
			signal,
		);
	}

	close(): void {
		this.#session?.close();
	}

	async #settle(bound: number, signal: AbortSignal): Promise<number | undefined> {
		await this.#start(signal);
		const until = performance.now() + bound;
		if ((await this.#until('open', until, signal)) === undefined) return undefined;
		const policy = this.#policy();
		const { client } = this.#options;
		const { apiVersion, kind, metadata } = policy;
		const ref = { apiVersion, kind, name: metadata.name, namespace: metadata.namespace };
		const began = performance.now();
		try {
			await client.apply(policy, { signal });
			const closed = await this.#until('closed', until, signal);
			return closed === undefined ? undefined : Math.round(closed - began);
		} finally {
			await client.remove(ref);
		}
	}

	/** When the last path was sent that showed the wanted state; undefined at the bound. */
	async #until(wanted: 'open' | 'closed', until: number, signal: AbortSignal): Promise<number | undefined> {
		let paths = this.#servers.flatMap(({ endpoint: { addresses } }) =>
			(['ipv4', 'ipv6'] as const).flatMap((family): CanaryPath[] => {
				const address = addresses[family];
				return address === undefined ? [] : [{ family, destination: { address, port } }];
			}),
		);
		while (performance.now() < until) {
			const session = await this.#open(signal);
			const sent = performance.now();
			const open = await session.attempt(paths);
			if (open) paths = paths.filter((_, index) => open[index] !== (wanted === 'open'));
			if (paths.length === 0) return sent;
			await sleep(pause, undefined, { signal });
		}
		return undefined;
	}

	async #open(signal: AbortSignal): Promise<CanarySession> {
		if (this.#session && !this.#session.ended) return this.#session;
		// Started before; `settle` comes first.
		if (!this.#client) throw new Error('the canary has no client');
		const stream = await this.#options.open(this.#client, signal);
		this.#session = new CanarySession(stream, this.#options.ownership.run);
		return this.#session;
	}

	async #start(signal: AbortSignal): Promise<void> {
		if (this.#client) return;
		const { maker, nodes, made } = this.#options;
		const servers = nodes.map(({ symbol }) => this.#pod(`canary-${symbol}`, 'server', symbol));
		const pods = await maker.make([...servers, this.#pod('canary-client', 'client', undefined)], made, signal);
		this.#servers = pods.slice(0, -1);
		this.#client = pods.at(-1);
	}

	#pod(name: string, is: 'server' | 'client', node: string | undefined): NewPod {
		const { namespace } = this.#options;
		const spec: PodSpec = {
			...{ namespace, labels: { [role]: is }, annotations: {}, serviceAccount: undefined, hostNetwork: false },
			...{ mesh: undefined, placement: undefined, readiness: undefined, liveness: undefined },
			...{ attemptsAtStart: false, completes: false },
			listen: is === 'server' ? [{ port, protocol: 'tcp', name: undefined, speaks: 'tcp' }] : [],
		};
		return { kind: 'pod', name, podName: name, namespace, spec, node, boot: [], neverReady: false };
	}

	#policy(): KubeObject {
		this.#number += 1;
		return {
			apiVersion: 'networking.k8s.io/v1',
			kind: 'NetworkPolicy',
			metadata: {
				name: `canary-${this.#number}`,
				namespace: this.#options.namespace,
				...ownedBy(this.#options.ownership),
			},
			...{ spec: { podSelector: { matchLabels: { [role]: 'server' } }, policyTypes: ['Ingress'] } },
		};
	}
}
