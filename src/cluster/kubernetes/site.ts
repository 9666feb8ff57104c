import type { KubeClient } from '../../kube/kube-client.ts';
import { defaultAgentLimits } from '../../model/agent.ts';
import type { AgentSettings, CaptureStream, Deployment, Ledger, LossCounters } from '../../model/cluster.ts';
import type { FaultName } from '../../model/fault.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { Workload } from '../../model/plan.ts';
import type { Addresses } from '../../model/address.ts';
import { clusterDnsNamespace } from '../../model/cluster-dns.ts';
import type { MeshCertificates } from '../mesh-certificates.ts';
import type { StartExternal } from '../external-endpoint.ts';
import { type AgentProgram, readAgentProgram } from './agent-program-map.ts';
import { ClusterDns } from './cluster-dns.ts';
import { type ClusterNode, readNodes } from './cluster-nodes.ts';
import { KubernetesDeployment } from './deployment.ts';
import { Harness } from './harness.ts';
import { HostPorts } from './host-ports.ts';
import { NamespaceTurns } from './namespace-turns.ts';
import type { Naming } from './naming.ts';
import { verbatim } from './naming.ts';
import { Namespaces } from './namespaces.ts';
import type { Ownership } from './ownership.ts';
import { choosePodNames, type PodNames } from './pod-names.ts';
import { canStandBy } from './standby.ts';

/** By their real names. */
export interface FaultPlace {
	/** The scenario's. */
	namespaces: readonly string[];
	/** Where it is injected; undefined: everywhere. */
	node: string | undefined;
}

/** Faults of one cluster; what each was seen to do, a sentence each. */
export interface ClusterFaults {
	inject(fault: FaultName, place: FaultPlace, signal: AbortSignal): Promise<string[]>;
	/** Also after an abort; `inHaste`: then its effects on the scenario's pods, which are about to go, are not waited for. */
	heal(fault: FaultName, place: FaultPlace, inHaste: boolean): Promise<string[]>;
}

/** Captures on a node, for the host side of pods with these addresses. Whoever opened it closes the stream. */
export type OpenCapture = (
	node: Pick<ClusterNode, 'name' | 'symbol'>,
	addresses: readonly string[],
) => Promise<CaptureStream>;

export interface KubernetesSiteOptions {
	/** Connected; whoever connected it closes it, after the site. */
	client: KubeClient;
	/** Of the run; every object carries it. */
	run: string;
	agentImage: string;
	ledger?: Ledger | undefined;
	/** Default: names as scenarios write them. */
	naming?: Naming;
	/** Objects without a namespace may be made: only on clusters that the run created, or when the user says so. */
	allowClusterScoped?: boolean;
	/** Endpoints outside the cluster; without it a scenario that has some is refused. */
	startExternal?: StartExternal | undefined;
	/**
	 * Addresses that `startExternal` can give to an endpoint beside its own: the cluster's DNS is made to ask there for all that
	 * it does not know. Without it the cluster's DNS is left as it is, and not asked.
	 */
	relay?: ((signal: AbortSignal) => Promise<Addresses>) | undefined;
	/** Cluster-wide loss counters; without it they are reported as 0, and the driver's facts must say so in a note. */
	lossCounters?: (() => Promise<LossCounters>) | undefined;
	/** Without it nothing is captured, unless `captureImage` permits pods that do. */
	openCapture?: OpenCapture | undefined;
	/** Pods on the nodes' networks may capture packets, with this image, which has perl. */
	captureImage?: string | undefined;
	/** The authority of the cluster's mesh, where the harness has it. */
	certificates?: MeshCertificates | undefined;
	/** Without it none can be injected. */
	faults?: ClusterFaults | undefined;
	/** When `gatecrash clean` may remove what is left, milliseconds from now; default two hours. */
	lifetime?: number;
}

/** What all deployments of one run on one cluster share. */
export interface Site extends Required<Pick<KubernetesSiteOptions, 'client' | 'agentImage' | 'allowClusterScoped'>> {
	options: KubernetesSiteOptions;
	naming: Naming;
	ownership: Ownership;
	nodes: readonly ClusterNode[];
	hostPorts: HostPorts;
	/** Emptied namespaces are used again. */
	reuse: boolean;
	namespaces: Namespaces;
	harness: Harness;
	program: AgentProgram;
	podNames: PodNames;
	/** Undefined where it is not ours to change. */
	clusterDns: ClusterDns | undefined;
}

/**
 * One run's place on a Kubernetes cluster: stands up scenarios on it, and takes away what they left. Drivers make one
 * in `up` and close it in `down`, unless the cluster itself goes.
 */
export class KubernetesSite {
	readonly #options: KubernetesSiteOptions;
	readonly #turns = new NamespaceTurns();
	readonly #deployments = new Set<KubernetesDeployment>();
	readonly #inUse = new Set<string>();
	#site: Promise<Site> | undefined;

	constructor(options: KubernetesSiteOptions) {
		this.#options = options;
	}

	/** As `Cluster.deploy`. */
	async deploy(workload: Workload, settings: AgentSettings, signal: AbortSignal): Promise<Deployment> {
		if (Object.keys(workload.external).length > 0 && !this.#options.startExternal) {
			throw new GatecrashError('GC_CLUSTER', 'This cluster has no endpoints outside of it that gatecrash owns.');
		}
		const names = this.#chooseNames(workload);
		// Its DNS passes queries on to one scenario's resolver at a time.
		const shared = workload.clusterDns === true && this.#options.relay ? [clusterDnsNamespace] : [];
		const claim = {
			namespaces: [...names.values(), ...shared, ...givenAddresses(workload)],
			alone: workload.alone === true,
		};
		for (const name of claim.namespaces) this.#inUse.add(name);
		const take = this.#turns.take(claim, signal);
		const release = await take.catch((error: unknown) => {
			this.#forget(claim.namespaces);
			throw error;
		});
		const free = () => {
			this.#forget(claim.namespaces);
			release();
		};
		let deployment: KubernetesDeployment | undefined;
		try {
			deployment = new KubernetesDeployment(await this.#prepare(), workload, names, settings, signal);
			this.#deployments.add(deployment);
			void deployment.gone.then(free);
			await deployment.populate();
			return deployment;
		} catch (error) {
			if (deployment) await deployment.close().catch(() => {});
			else free();
			signal.throwIfAborted();
			throw error;
		}
	}

	/**
	 * Makes the pods of a scenario that can stand by, and leaves them. Only for a site whose run is `standbyRun`. Resolves
	 * with their names.
	 */
	async standBy(workload: Workload, signal: AbortSignal): Promise<string[]> {
		const pods = workload.initialPods.filter((name) => {
			const spec = workload.pods[name];
			return spec && canStandBy(spec, workload);
		});
		const settings = { run: this.#options.run, key: '', limits: defaultAgentLimits };
		const alone = { ...workload, initialPods: pods, services: {}, external: {}, attemptingNodes: [] };
		const deployment = await this.deploy(alone, settings, signal);
		await deployment.close();
		return pods;
	}

	/**
	 * Closes what is still open and removes everything of the run. On somebody else's cluster it waits until all of it
	 * is gone; on one of ours until the API server has accepted the removal of emptied namespaces, which takes the
	 * namespace controller 5 s more.
	 * @throws GatecrashError GC_CLEANUP naming what is left.
	 */
	async close(): Promise<void> {
		const failures: unknown[] = [];
		const note = (error: unknown) => failures.push(error);
		await Promise.all([...this.#deployments].map((deployment) => deployment.close().catch(note)));
		const site = await this.#site?.catch(() => undefined);
		if (!site) return;
		await site.harness.close().catch(note);
		await site.clusterDns?.close().catch(note);
		await site.namespaces.allGone().catch(note);
		if (failures.length === 0) return;
		const [first] = failures;
		if (first instanceof GatecrashError && failures.length === 1) throw first;
		const detail = [...new Set(failures.map((error) => (error instanceof Error ? error.message : String(error))))];
		throw new GatecrashError('GC_CLEANUP', `Not everything could be removed: ${detail.join('; ')}`, {
			hint: 'gatecrash clean removes what is left.',
			cause: first,
		});
	}

	/** Scenario's namespace -> the cluster's: the first copy that nobody has. */
	#chooseNames({ namespaces }: Workload): Map<string, string> {
		const { naming = verbatim } = this.#options;
		for (let copy = 1; ; copy += 1) {
			const entries = Object.entries(namespaces);
			const own = entries.filter(([, { existing }]) => !existing).map(([name]) => naming.namespace(name, copy));
			if (naming.copies && own.some((name) => this.#inUse.has(name))) continue;
			return new Map(entries.map(([name, { existing }]) => [name, existing ? name : naming.namespace(name, copy)]));
		}
	}

	/** Where names are taken in turns this says nothing: the next one may hold them already. */
	#forget(names: readonly string[]): void {
		for (const name of names) this.#inUse.delete(name);
	}

	#prepare(): Promise<Site> {
		this.#site ??= this.#make().catch((error: unknown) => {
			this.#site = undefined;
			throw error;
		});
		return this.#site;
	}

	async #make(): Promise<Site> {
		const options = this.#options;
		const { client, run, agentImage, naming = verbatim, allowClusterScoped = false, lifetime = 7_200_000 } = options;
		const ownership = { run, expires: new Date(Date.now() + lifetime).toISOString().replace(/\.\d+/, '') };
		const reuse = !naming.copies;
		const namespaces = new Namespaces({ client, ledger: options.ledger, ownership, reuse, waits: naming.copies });
		const nodes = await readNodes(client);
		const hostPorts = new HostPorts(Number.parseInt(run.slice(-6), 16) || 0);
		const program = await readAgentProgram(run);
		const podNames = await choosePodNames(client);
		const { captureImage, ledger, relay } = options;
		const harness = new Harness({ client, namespaces, ownership, agentImage, nodes, hostPorts, program, captureImage });
		const clusterDns = relay && new ClusterDns({ client, namespaces, ownership, ledger, nodes, relay });
		return {
			options,
			client,
			agentImage,
			allowClusterScoped,
			naming,
			ownership,
			nodes,
			hostPorts,
			reuse,
			namespaces,
			harness,
			program,
			podNames,
			clusterDns,
		};
	}
}

/** Of endpoints outside: each has one owner at a time. No namespace has such a name. */
function givenAddresses({ external }: Workload): string[] {
	return Object.values(external).flatMap(({ addresses }) => Object.values(addresses ?? {}));
}
