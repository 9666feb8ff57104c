import { connect } from '../../kube/connect.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { ipFamilies } from '../../model/address.ts';
import type { Capability } from '../../model/capability.ts';
import type { AgentSettings, Cluster, ClusterFacts, ClusterTiming, Deployment } from '../../model/cluster.ts';
import type { Plan, Workload } from '../../model/plan.ts';
import type { Scenario } from '../../model/scenario.ts';
import type { ClusterDefinition } from '../cluster-definition.ts';
import { chooseImages } from '../kind/images.ts';
import { readNodes } from '../kubernetes/cluster-nodes.ts';
import { readClusterFacts, readFamilies, unlessForbidden } from '../kubernetes/facts.ts';
import { runScoped } from '../kubernetes/naming.ts';
import { KubernetesSite } from '../kubernetes/site.ts';
import type { OpenClusterOptions } from '../open-cluster-options.ts';
import { findCapabilities } from './capabilities.ts';
import { checkContext } from './check-context.ts';
import { checkNamespaces, existingNamespaces } from './check-namespaces.ts';
import { checkRights } from './check-rights.ts';
import { neededRights } from './rights.ts';
import { whyRefused } from './why-refused.ts';

const timing: ClusterTiming = { settle: 30_000, hold: 1000, waitFloor: 400, linger: 200 };

/**
 * A cluster that is there already and belongs to others too (docs/existing-clusters.md). Asks it what it can do, and
 * changes nothing; whoever opened it calls `down`, also without `up`.
 * @throws GatecrashError GC_NOT_PERMITTED for what looks like production, GC_CLUSTER when it does not answer.
 */
export async function createExistingCluster(
	definition: ClusterDefinition,
	options: OpenClusterOptions,
): Promise<Cluster> {
	const { agent } = await chooseImages(definition, options.images, options.mirror);
	const client = await connect({ kubeconfig: options.kubeconfig, context: options.context });
	try {
		const { context, server } = client;
		const things = [
			{ what: 'context', name: context },
			{ what: 'cluster', name: client.cluster },
			{ what: 'server', name: server },
			{ what: 'namespace', name: client.namespace ?? '' },
		];
		checkContext(context, things, options.allowContext);
		const wanted = ipFamilies.filter((family) => [family, 'dual'].includes(definition.spec.ipFamily));
		const families = (await readFamilies(client)).filter((family) => wanted.includes(family));
		const nodes = await readNodes(client).catch(unlessForbidden);
		const found = await findCapabilities(client, nodes?.length ?? 1);
		const capabilities = new Set<Capability>([...families, ...found, ...definition.spec.provides]);
		// Not by promise: what captures is a pod that has to be permitted.
		if (options.wireCapture === true) capabilities.add('wire-capture');
		else capabilities.delete('wire-capture');
		return new ExistingCluster(definition.metadata.name, client, capabilities, agent, options);
	} catch (error) {
		client.close();
		throw error;
	}
}

class ExistingCluster implements Cluster {
	readonly name: string;
	readonly timing = timing;
	readonly parallelDeployments = 3;
	readonly hasExistingNamespaces = true;
	readonly remedies = { 'wire-capture': '--wire-capture permits pods on the nodes’ networks that capture packets' };
	readonly capabilities: ReadonlySet<Capability>;
	readonly #client: KubeClient;
	readonly #agentImage: string;
	readonly #options: OpenClusterOptions;
	#site: KubernetesSite | undefined;
	#contrast = false;

	constructor(
		name: string,
		client: KubeClient,
		capabilities: ReadonlySet<Capability>,
		agentImage: string,
		options: OpenClusterOptions,
	) {
		this.name = name;
		this.#client = client;
		this.capabilities = capabilities;
		this.#agentImage = agentImage;
		this.#options = options;
	}

	/** Policies in namespaces that are not ours can't be taken away to see the path open. */
	get baseline(): Cluster['baseline'] {
		return this.#contrast ? 'contrast' : 'no-policies';
	}

	/** Without a run `RUN` stands for the id of whichever comes. */
	namespaceName(name: string): string {
		return runScoped(this.#options.run ?? 'RUN').namespace(name);
	}

	refuses(scenario: Scenario): string | undefined {
		const refused = whyRefused(scenario, this.#options.allowClusterScoped === true);
		if (refused === undefined && Object.values(scenario.namespaces).some(({ existing }) => existing)) {
			this.#contrast = true;
		}
		return refused;
	}

	async up(signal: AbortSignal): Promise<ClusterFacts> {
		const { run, ledger, allowClusterScoped = false } = this.#options;
		const captureImage = this.#captureImage;
		if (run === undefined) throw new Error('An existing cluster is used by a run only.');
		const client = this.#client;
		const facts = await readClusterFacts(client, { name: this.name, driver: 'existing', signal });
		const naming = runScoped(run);
		this.#site = new KubernetesSite({
			...{ client, run, agentImage: this.#agentImage, ledger, naming, allowClusterScoped, captureImage },
		});
		const place = `Context ${client.context}, probe pods ${this.#agentImage}; namespaces of scenarios are ${naming.namespace('NAME')}.`;
		const losses = 'Packets that nodes lose can’t be counted here; only those of probe pods are.';
		const captures =
			captureImage === undefined
				? []
				: [`Packets are captured by pods with CAP_NET_RAW on the nodes’ networks (${captureImage}).`];
		return { ...facts, notes: [...facts.notes, place, ...captures, losses] };
	}

	async checkPlan(plan: Plan, signal: AbortSignal): Promise<void> {
		const workloads = plan.scenarios.filter(({ steps }) => steps.length > 0).map(({ workload }) => workload);
		const names = existingNamespaces(workloads).map((name) => ({ what: 'namespace', name }));
		checkContext(this.#client.context, names, this.#options.allowContext);
		const { wireCapture = false } = this.#options;
		await checkRights(this.#client, neededRights(plan, { wireCapture }), signal);
		await checkNamespaces(this.#client, workloads, signal);
	}

	get #captureImage(): string | undefined {
		const { wireCapture, wireCaptureImage } = this.#options;
		return wireCapture === true ? (wireCaptureImage ?? this.#agentImage) : undefined;
	}

	deploy(workload: Workload, settings: AgentSettings, signal: AbortSignal): Promise<Deployment> {
		if (!this.#site) throw new Error('The existing cluster is not up.');
		return this.#site.deploy(workload, settings, signal);
	}

	async down(): Promise<void> {
		try {
			await this.#site?.close();
		} finally {
			this.#client.close();
		}
	}
}
