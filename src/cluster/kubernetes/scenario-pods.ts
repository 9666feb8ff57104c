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
import { canStandBy } from './standby.ts';
import { takeStandingPods } from './standing-pods.ts';

/** The probe pods of one scenario, and the agents of nodes that it needs. */
export class ScenarioPods {
	readonly #site: Site;
	readonly #workload: Workload;
	readonly #namespaces: ScenarioNamespaces;
	readonly #lasting: LastingObjects;
	readonly #maker: PodMaker;
	/** Names of pods that another run must not find as they are now. */
	readonly #changed = new Set<string>();
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
		this.#maker = new PodMaker({ client, image, settings, ownership, nodes, hostPorts, program: site.program });
	}

	/** Takes those that stand by already as they would be made, and removes what else stands by in their namespaces. */
	async takeStanding(names: readonly string[], signal: AbortSignal): Promise<void> {
		const namespaces = this.#namespaces.standing();
		if (namespaces.length === 0) return;
		const { client } = this.#site;
		const taken = await takeStandingPods(client, this.#maker, namespaces, this.#newPods(names, {}), signal);
		for (const [pod, object] of taken) this.#note(this.#maker.adopt(pod, object));
	}

	/** Resolves when they run; those that do already stay as they are. */
	async create(names: readonly string[], boot: Record<string, BootAttempt[]>, signal: AbortSignal): Promise<void> {
		const missing = names.filter((name) => !this.#running.has(`pod/${name}`));
		await this.#make(this.#newPods(missing, boot), signal);
		for (const name of missing) {
			const spec = this.#workload.pods[name];
			if (spec) checkAskedAddresses(spec, this.find(name).endpoint, this.#addressOf);
		}
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

	/** What has to be removed in the end: not what goes on standing by. */
	refs(): ProbePod['ref'][] {
		const staying = this.all().filter(({ begin, endpoint }) => begin && !this.#changed.has(endpoint.name));
		const uids = new Set(staying.map(({ ref }) => ref.uid));
		return [...this.#made.values()].filter(({ uid }) => !uids.has(uid));
	}

	/** It is not as it was made any more. */
	noteChange(name: string): void {
		this.#changed.add(name);
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

	#newPods(names: readonly string[], boot: Record<string, BootAttempt[]>): NewPod[] {
		const wanted = Object.fromEntries(Object.entries(this.#workload.pods).filter(([name]) => names.includes(name)));
		const running = this.all().flatMap(({ endpoint: { kind, name, node } }) =>
			node === undefined || kind !== 'pod' ? [] : [[name, node] as const],
		);
		const symbols = this.#site.nodes.map(({ symbol }) => symbol);
		const places = placePods(wanted, symbols, new Map(running));
		return Object.entries(wanted).map(([name, spec]): NewPod => {
			const { namespace } = spec;
			const foreign = this.#namespaces.isForeign(namespace);
			const owner = this.#namespaces.ownerIn(namespace);
			const attempts = boot[name] ?? [];
			const lasts = attempts.length === 0 && canStandBy(spec, this.#workload);
			const standby = lasts ? this.#namespaces.standingIn(namespace) : undefined;
			return {
				...{ kind: 'pod', name, spec: withAskedAddresses(name, spec, this.#addressOf) },
				...{ node: places.get(name), boot: attempts },
				// Nobody else's pod has this name, so none is written to.
				podName: this.#site.podNames(foreign ? `gc-${shortId(this.#site.ownership.run)}-${name}` : name),
				namespace: this.#namespaces.realName(namespace),
				neverReady: foreign,
				...(owner && { owner }),
				...{ program: this.#namespaces.programIn(namespace), standby },
			};
		});
	}

	#note(pod: ProbePod): void {
		this.#made.set(pod.ref.uid, pod.ref);
		this.#running.set(`${pod.endpoint.kind}/${pod.endpoint.name}`, pod);
	}

	async #make(pods: readonly NewPod[], signal: AbortSignal): Promise<void> {
		if (pods.length === 0) return;
		for (const { neverReady, namespace, podName } of pods) {
			if (neverReady) this.#lasting.intend({ apiVersion: 'v1', kind: 'Pod', namespace, name: podName });
		}
		const made = await this.#maker.make(pods, (ref) => this.#made.set(ref.uid, ref), signal);
		for (const pod of made) this.#note(pod);
	}
}
