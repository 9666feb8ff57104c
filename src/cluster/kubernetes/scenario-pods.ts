import type { BootAttempt } from '../../model/agent.ts';
import type { AgentSettings } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { Workload } from '../../model/plan.ts';
import { type AddressOf, checkAskedAddresses, withAskedAddresses } from './asked-addresses.ts';
import type { LastingObjects } from './lasting-objects.ts';
import { shortId } from './naming.ts';
import { placePods } from './place-pods.ts';
import { nodeAgentSpec } from './pod-manifest.ts';
import { type NewPod, PodMaker, type ProbePod } from './probe-pods.ts';
import type { ScenarioNamespaces } from './scenario-namespaces.ts';
import type { Site } from './site.ts';

/** The probe pods of one scenario, and the agents of nodes that it needs. */
export class ScenarioPods {
	readonly #site: Site;
	readonly #workload: Workload;
	readonly #namespaces: ScenarioNamespaces;
	readonly #lasting: LastingObjects;
	readonly #maker: PodMaker;
	/** Everything that may exist, also what did not get to run. */
	readonly #made = new Map<string, ProbePod['ref']>();
	readonly #running = new Map<string, ProbePod>();
	readonly #addressOf: AddressOf = (pod, family) => this.#running.get(`pod/${pod}`)?.endpoint.addresses[family];

	constructor(
		site: Site,
		workload: Workload,
		settings: AgentSettings,
		namespaces: ScenarioNamespaces,
		lasting: LastingObjects,
	) {
		const { client, agentImage: image, ownership, nodes, hostPorts } = site;
		this.#site = site;
		this.#workload = workload;
		this.#namespaces = namespaces;
		this.#lasting = lasting;
		this.#maker = new PodMaker({ client, image, settings, ownership, nodes, hostPorts });
	}

	/** Resolves when they run. */
	async create(names: readonly string[], boot: Record<string, BootAttempt[]>, signal: AbortSignal): Promise<void> {
		const wanted = Object.fromEntries(Object.entries(this.#workload.pods).filter(([name]) => names.includes(name)));
		const running = this.all().flatMap(({ endpoint: { kind, name, node } }) =>
			node === undefined || kind !== 'pod' ? [] : [[name, node] as const],
		);
		const symbols = this.#site.nodes.map(({ symbol }) => symbol);
		const places = placePods(wanted, symbols, new Map(running));
		await this.#make(
			Object.entries(wanted).map(([name, spec]): NewPod => {
				const foreign = this.#namespaces.isForeign(spec.namespace);
				const owner = this.#namespaces.ownerIn(spec.namespace);
				return {
					...{
						kind: 'pod',
						name,
						spec: withAskedAddresses(name, spec, this.#addressOf),
						node: places.get(name),
						boot: boot[name] ?? [],
					},
					// Nobody else's pod has this name, so none is written to.
					podName: foreign ? `gc-${shortId(this.#site.ownership.run)}-${name}` : name,
					namespace: this.#namespaces.realName(spec.namespace),
					neverReady: foreign,
					...(owner && { owner }),
				};
			}),
			signal,
		);
		for (const [name, spec] of Object.entries(wanted))
			checkAskedAddresses(spec, this.find(name).endpoint, this.#addressOf);
	}

	/** Agents in the network of their nodes, by the nodes' symbols. */
	async createNodeAgents(nodes: readonly string[], signal: AbortSignal): Promise<void> {
		if (nodes.length === 0) return;
		const { harness } = this.#site;
		const namespace = await harness.namespace();
		await this.#make(
			nodes.map((node): NewPod => {
				const podName = harness.freshName(`node-${node}`);
				const spec = nodeAgentSpec(namespace);
				return { kind: 'node', name: node, podName, namespace, spec, node, boot: [], neverReady: false };
			}),
			signal,
		);
	}

	/** Resolves when they, and with them their containers, are gone. */
	async remove(names: readonly string[], signal: AbortSignal): Promise<void> {
		const going = names.map((name) => this.find(name));
		await this.#maker.remove(
			going.map(({ ref }) => ref),
			signal,
		);
		for (const { ref, endpoint } of going) {
			this.#lasting.gone(ref);
			this.#running.delete(`pod/${endpoint.name}`);
			this.#made.delete(ref.uid);
			this.#site.hostPorts.release(endpoint.portMap);
		}
	}

	all(): ProbePod[] {
		return [...this.#running.values()];
	}

	/** What has to be removed in the end. */
	refs(): ProbePod['ref'][] {
		return [...this.#made.values()];
	}

	/** @throws GatecrashError GC_CLUSTER */
	find(name: string, kind: 'pod' | 'node' = 'pod'): ProbePod {
		const pod = this.#running.get(`${kind}/${name}`);
		if (!pod) throw new GatecrashError('GC_CLUSTER', `There is no ${kind} "${name}" with an agent of ours.`);
		return pod;
	}

	/** The ports in the nodes' network may be given to others. */
	releasePorts(): void {
		for (const { endpoint } of this.all()) this.#site.hostPorts.release(endpoint.portMap);
	}

	async #make(pods: readonly NewPod[], signal: AbortSignal): Promise<void> {
		if (pods.length === 0) return;
		for (const { neverReady, namespace, podName } of pods) {
			if (neverReady) this.#lasting.intend({ apiVersion: 'v1', kind: 'Pod', namespace, name: podName });
		}
		const made = await this.#maker.make(pods, (ref) => this.#made.set(ref.uid, ref), signal);
		for (const pod of made) this.#running.set(`${pod.endpoint.kind}/${pod.endpoint.name}`, pod);
	}
}
