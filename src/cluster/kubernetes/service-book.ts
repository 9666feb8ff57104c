import type { KubeClient } from '../../kube/kube-client.ts';
import type { ObjectRef } from '../../kube/kube-object.ts';
import type { ServiceState } from '../../model/cluster.ts';
import type { Workload } from '../../model/plan.ts';
import { allDone } from './all-done.ts';
import type { Ownership } from './ownership.ts';
import type { ProbePod } from './probe-pods.ts';
import { serviceManifest } from './service-manifest.ts';
import { awaitBackends, type ExpectedBackends, serviceState, type ServiceObject } from './service-states.ts';

interface Entry {
	state: ServiceState;
	namespace: string;
	/** Scenario's namespace and selector. */
	spec: Workload['services'][string];
}

/** The endpoint controller needs some 0.1 s; what it has not done by then it will not do. Milliseconds. */
const backendsBound = 15_000;

/** The Services of one deployment, and who is behind them. */
export class ServiceBook {
	readonly #client: KubeClient;
	readonly #entries: Entry[] = [];

	constructor(client: KubeClient) {
		this.#client = client;
	}

	states(): ServiceState[] {
		return this.#entries.map(({ state }) => ({ ...state, backends: [...state.backends] }));
	}

	async create(
		workload: Workload,
		names: ReadonlyMap<string, string>,
		ownership: Ownership,
		signal: AbortSignal,
	): Promise<void> {
		const pods = Object.values(workload.pods);
		await allDone(
			Object.entries(workload.services).map(async ([name, spec]) => {
				const namespace = names.get(spec.namespace) ?? spec.namespace;
				const manifest = serviceManifest(name, namespace, spec, pods, ownership);
				const stored = await this.#client.apply<ServiceObject>(manifest, { signal });
				this.#entries.push({ state: serviceState(name, stored), namespace, spec });
			}),
		);
	}

	refs(): ObjectRef[] {
		return this.#entries.map(({ state, namespace }) => ({
			apiVersion: 'v1',
			kind: 'Service',
			name: state.name,
			namespace,
		}));
	}

	/** Waits until the cluster knows the pods as they are now. */
	async refresh(pods: readonly ProbePod[], signal: AbortSignal): Promise<void> {
		const byNamespace = new Map<string, Entry[]>();
		for (const entry of this.#entries) {
			// Without a selector its EndpointSlices are somebody else's to make.
			if (Object.keys(entry.spec.selector).length === 0) continue;
			byNamespace.set(entry.namespace, [...(byNamespace.get(entry.namespace) ?? []), entry]);
		}
		await Promise.all(
			[...byNamespace].map(async ([namespace, entries]) => {
				const expected = new Map(entries.map((entry) => [entry.state.name, expectedBackends(entry, pods)]));
				const actual = await awaitBackends(this.#client, namespace, expected, backendsBound, signal);
				for (const { state } of entries) {
					const uids = actual.get(state.name) ?? new Set();
					state.backends = pods.flatMap(({ endpoint }) => (uids.has(endpoint.uid) ? [endpoint.name] : []));
				}
			}),
		);
	}
}

function expectedBackends({ spec }: Entry, pods: readonly ProbePod[]): ExpectedBackends {
	const wanted = Object.entries(spec.selector);
	const behind = pods.filter(
		({ endpoint }) =>
			endpoint.kind === 'pod' &&
			endpoint.namespace === spec.namespace &&
			wanted.every(([key, value]) => endpoint.labels[key] === value),
	);
	const uids = (some: readonly ProbePod[]) => new Set(some.map(({ endpoint }) => endpoint.uid));
	return {
		// Those with a readiness probe are waited for as well: read too early they would be missing for good. One that never
		// becomes ready costs the bound.
		must: uids(behind.filter((pod) => pod.spec.readiness !== undefined || pod.ready)),
		may: uids(behind.filter((pod) => pod.spec.readiness !== undefined)),
	};
}
