import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { BootAttempt, ClientCertificate } from '../../model/agent.ts';
import type {
	Acknowledgement,
	AgentSettings,
	AgentStream,
	CaptureStream,
	Deployment,
	Endpoint,
	LossCounters,
	ServiceState,
} from '../../model/cluster.ts';
import type { FaultEffect, FaultName } from '../../model/fault.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { Workload } from '../../model/plan.ts';
import type { KubernetesObject } from '../../model/policy.ts';
import type { CertificateChoice } from '../../model/scenario.ts';
import type { ExternalEndpoint } from '../external-endpoint.ts';
import { allDone } from './all-done.ts';
import { openAgentStream } from './agent-streams.ts';
import type { OwnClusterDns } from './cluster-dns.ts';
import type { ClusterNode } from './cluster-nodes.ts';
import { LastingObjects } from './lasting-objects.ts';
import { DeploymentFaults } from './deployment-faults.ts';
import { isOwnershipLabel } from './ownership.ts';
import { PolicyBook } from './policy-book.ts';
import { openPolicyEventLog } from './policy-event-log.ts';
import { removeAll } from './remove-all.ts';
import { ScenarioNamespaces } from './scenario-namespaces.ts';
import { ScenarioPods } from './scenario-pods.ts';
import { ServiceBook } from './service-book.ts';
import type { Site } from './site.ts';

/** One scenario on a Kubernetes cluster. Changes are made one after the other. */
export class KubernetesDeployment implements Deployment {
	/** Resolves when its namespaces may be used again; never rejects. */
	readonly gone: Promise<void>;
	#isGone: () => void = () => {};
	readonly #site: Site;
	readonly #workload: Workload;
	readonly #settings: AgentSettings;
	readonly #signal: AbortSignal;
	readonly #closing = new AbortController();
	readonly #lasting: LastingObjects;
	readonly #namespaces: ScenarioNamespaces;
	readonly #pods: ScenarioPods;
	readonly #services: ServiceBook;
	readonly #policies: PolicyBook;
	readonly #externals = new Map<string, ExternalEndpoint>();
	#clusterDns: OwnClusterDns | undefined;
	#queue: Promise<unknown> = Promise.resolve();
	#closed: Promise<void> | undefined;

	/** `names`: the scenario's namespaces -> the cluster's. */
	constructor(
		site: Site,
		workload: Workload,
		names: ReadonlyMap<string, string>,
		settings: AgentSettings,
		signal: AbortSignal,
	) {
		const { client, ownership, allowClusterScoped } = site;
		const { ledger } = site.options;
		this.#site = site;
		this.#workload = workload;
		this.#settings = settings;
		this.#signal = AbortSignal.any([signal, this.#closing.signal]);
		// Every call under way listens to it, and there are many at once.
		setMaxListeners(0, this.#signal);
		this.gone = new Promise((resolve) => {
			this.#isGone = resolve;
		});
		this.#lasting = new LastingObjects(client, ledger);
		this.#namespaces = new ScenarioNamespaces(site, workload, names, this.#lasting);
		this.#pods = new ScenarioPods(site, workload, settings, this.#namespaces, this.#lasting);
		this.#services = new ServiceBook(client);
		const foreign = Object.keys(workload.namespaces).filter((name) => this.#namespaces.isForeign(name));
		this.#policies = new PolicyBook({
			...{ client, ledger, ownership, allowClusterScoped, names },
			foreign: new Set(foreign),
		});
	}

	/** Everything that exists from the beginning. */
	async populate(): Promise<void> {
		const signal = this.#signal;
		const { attemptingNodes, initialPods, external, clusterDns } = this.#workload;
		await this.#namespaces.claim(signal);
		if (clusterDns) this.#clusterDns = await this.#site.clusterDns?.ready(signal);
		const inCluster = async () => {
			await allDone([
				this.#namespaces.furnish(signal),
				this.#services.create(this.#workload, this.#namespaces.names, this.#site.ownership, signal),
				this.#pods.createNodeAgents(attemptingNodes, signal),
				this.#pods.takeStanding(initialPods, signal),
			]);
			await this.#pods.create(initialPods, {}, signal);
		};
		await allDone([inCluster(), ...Object.keys(external).map((name) => this.#startExternal(name))]);
		await this.#refreshServices();
	}

	namespaceNames(): Record<string, string> {
		return Object.fromEntries(this.#namespaces.names);
	}

	endpoints(): Endpoint[] {
		const agents = this.#pods.all().map(({ endpoint }) => endpoint);
		const nodes = this.#site.nodes.map((node): Endpoint => {
			const agent = agents.find(({ kind, name }) => kind === 'node' && name === node.symbol);
			return agent ?? nodeEndpoint(node);
		});
		const pods = [...agents.filter(({ kind }) => kind === 'pod'), ...(this.#clusterDns?.endpoints ?? [])];
		const externals = [...this.#externals.values()].map(({ endpoint }) => endpoint);
		return [...nodes, ...pods, ...externals].map((endpoint) => ({ ...endpoint, labels: { ...endpoint.labels } }));
	}

	services(): ServiceState[] {
		return [...this.#services.states(), ...(this.#clusterDns ? [this.#clusterDns.service] : [])];
	}

	async openAgent(endpoint: string): Promise<AgentStream> {
		const [, kind, name = endpoint] = /^(pod|node|external)\/(.*)$/.exec(endpoint) ?? [];
		const external = this.#externals.get(name);
		if (kind === 'external' && external) return external.open();
		const pod = this.#pods.find(name, kind === 'node' ? 'node' : 'pod');
		if (!pod.endpoint.agent) throw new GatecrashError('GC_AGENT', `There is no agent at "${endpoint}".`);
		return openAgentStream(this.#site.client, pod, this.#signal);
	}

	async clientCertificate(pod: string, choice: Exclude<CertificateChoice, 'none'>): Promise<ClientCertificate> {
		const { certificates } = this.#site.options;
		if (!certificates) throw new GatecrashError('GC_CLUSTER', 'The certificate authority of this mesh is not ours.');
		const { ref, spec } = this.#pods.find(pod);
		return certificates.chosen(choice, ref.namespace, spec.serviceAccount);
	}

	async openCaptures(pods: string[]): Promise<CaptureStream[]> {
		const { options, nodes, harness } = this.#site;
		const open = options.openCapture ?? harness.openCapture;
		if (!open) throw new GatecrashError('GC_CLUSTER', 'Packets can’t be captured on this cluster.');
		const endpoints = pods.map((name) => this.#pods.find(name).endpoint).filter(({ hostNetwork }) => !hostNetwork);
		const hosting = nodes.filter(({ symbol }) => endpoints.some(({ node }) => node === symbol));
		const opened = await Promise.allSettled(
			hosting.map(({ name, symbol }) => {
				const here = endpoints.filter(({ node }) => node === symbol);
				const addresses = here.flatMap((endpoint) => Object.values(endpoint.addresses));
				return open({ name, symbol }, addresses);
			}),
		);
		const streams = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
		const failed = opened.find((one) => one.status === 'rejected');
		if (!failed) return streams;
		for (const stream of streams) stream.close();
		throw failed.reason;
	}

	apply(policies: KubernetesObject[]): Promise<Acknowledgement> {
		return this.#inTurn(() => this.#policies.apply(policies, this.#signal));
	}

	remove(policies: KubernetesObject[]): Promise<Acknowledgement> {
		return this.#inTurn(() => this.#policies.remove(policies, this.#signal));
	}

	labelPod(pod: string, set: Record<string, string>, remove: string[]): Promise<Acknowledgement> {
		return this.#inTurn(async () => {
			const { ref, endpoint } = this.#pods.find(pod);
			this.#pods.noteChange(pod);
			await this.#site.client.patch(ref, labelPatch(set, remove), { signal: this.#signal });
			const labels = Object.entries({ ...endpoint.labels, ...set }).filter(([key]) => !remove.includes(key));
			endpoint.labels = Object.fromEntries(labels);
			await this.#refreshServices();
		});
	}

	labelNamespace(namespace: string, set: Record<string, string>, remove: string[]): Promise<Acknowledgement> {
		return this.#inTurn(async () => {
			const change = labelPatch(set, remove);
			await this.#site.client.patch(this.#namespaces.own(namespace), change, { signal: this.#signal });
		});
	}

	createPods(pods: string[], boot: Record<string, BootAttempt[]>): Promise<Acknowledgement> {
		return this.#inTurn(async () => {
			await this.#pods.create(pods, boot, this.#signal);
			await this.#refreshServices();
		});
	}

	removePods(pods: string[]): Promise<Acknowledgement> {
		return this.#inTurn(async () => {
			await this.#pods.remove(pods, this.#signal);
			await this.#refreshServices();
		});
	}

	async lossCounters(): Promise<LossCounters> {
		const read = this.#site.options.lossCounters;
		return read ? read() : { conntrackDrop: 0, conntrackInsertFailed: 0, neighbourTableFull: 0 };
	}

	inject(fault: FaultName, node?: string): Promise<Acknowledgement & FaultEffect> {
		return this.#withEffects((faults) => faults.inject(fault, node));
	}

	heal(fault: FaultName): Promise<Acknowledgement & FaultEffect> {
		return this.#withEffects((faults) => faults.heal(fault));
	}

	openPolicyEvents(signal: AbortSignal): ReturnType<typeof openPolicyEventLog> {
		return openPolicyEventLog(this.#site.client, this.#site.nodes, AbortSignal.any([signal, this.#signal]));
	}

	canary(bound: number, signal: AbortSignal): Promise<number | undefined> {
		return this.#site.harness.canary(this.#settings, bound, AbortSignal.any([signal, this.#signal]));
	}

	close(): Promise<void> {
		this.#closing.abort(new GatecrashError('GC_INTERRUPTED', 'The deployment was closed.'));
		const { client, namespaces, reuse } = this.#site;
		this.#closed ??= removeAll({
			...{ client, namespaces, reuse, policies: this.#policies, lasting: this.#lasting, done: this.#isGone },
			own: this.#namespaces.claimed,
			pods: this.#pods.refs(),
			objects: reuse ? [...this.#namespaces.accounts, ...this.#services.refs()] : [],
			externals: [...this.#externals.values()],
		}).finally(() => this.#pods.releasePorts());
		return this.#closed;
	}

	async #startExternal(name: string): Promise<void> {
		const spec = this.#workload.external[name];
		const { startExternal } = this.#site.options;
		if (!spec || !startExternal) return;
		const relay = this.#workload.recursion?.includes(name) ? this.#clusterDns?.relay : undefined;
		this.#externals.set(name, await startExternal(name, spec, this.#settings, this.#signal, relay));
	}

	#refreshServices(): Promise<void> {
		return this.#services.refresh(this.#pods.all(), this.#signal);
	}

	async #withEffects(step: (faults: DeploymentFaults) => Promise<string[]>): Promise<Acknowledgement & FaultEffect> {
		let effects: string[] = [];
		const acknowledgement = await this.#inTurn(async () => {
			effects = await step(new DeploymentFaults(this.#site, this.#namespaces.names, this.#signal));
		});
		return { ...acknowledgement, effects };
	}

	async #inTurn(step: () => Promise<void>): Promise<Acknowledgement> {
		const requestedAt = performance.now();
		const done = this.#queue.then(step);
		this.#queue = done.catch(() => {});
		await done;
		return { requestedAt, acknowledgedAt: performance.now(), level: 'stored' };
	}
}

/** A node without an agent. */
function nodeEndpoint({ symbol, uid, addresses, labels }: ClusterNode): Endpoint {
	const identity = { kind: 'node', name: symbol, uid, addresses, labels, node: symbol } as const;
	return { ...identity, hostNetwork: true, agent: false, portMap: {} };
}

/** JSON merge patch; null removes a label. */
function labelPatch(set: Record<string, string>, remove: readonly string[]) {
	const labels = { ...Object.fromEntries(remove.map((key) => [key, null])), ...set };
	const reserved = Object.keys(labels).find(isOwnershipLabel);
	if (reserved !== undefined) throw new GatecrashError('GC_CLUSTER', `The label ${reserved} is gatecrash’s own.`);
	return { metadata: { labels } };
}
