import { join } from 'node:path';
import { connect } from '../../kube/connect.ts';
import { type IpFamily, ipFamilies } from '../../model/address.ts';
import type { Capability } from '../../model/capability.ts';
import type {
	AgentSettings,
	Cluster,
	ClusterFacts,
	ClusterTiming,
	Deployment,
	KnownNetwork,
} from '../../model/cluster.ts';
import { faultCapability } from '../../model/fault.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { Workload } from '../../model/plan.ts';
import type { Scenario } from '../../model/scenario.ts';
import type { ClusterDefinition } from '../cluster-definition.ts';
import type { ExternalEndpoint, StartExternal } from '../external-endpoint.ts';
import { readClusterFacts } from '../kubernetes/facts.ts';
import { KubernetesSite } from '../kubernetes/site.ts';
import { standingNamespaces } from '../kubernetes/standing-pods.ts';
import { withSystemNamespaces } from '../kubernetes/system-namespaces.ts';
import type { OpenClusterOptions } from '../open-cluster-options.ts';
import { checkPromises } from './check-promises.ts';
import { ClusterRecords } from './cluster-records.ts';
import { startExternalContainer } from './external-container.ts';
import { chooseImages, type Images } from './images.ts';
import { findKeptCluster, fingerprint } from './kept-cluster.ts';
import { nodeContainers } from './kind-clusters.ts';
import { knownNetwork, rangesOf } from './kind-config.ts';
import { KindFaults, kindFaults } from './kind-faults.ts';
import { refuseKindnet } from './kindnet.ts';
import { readMeshAuthority } from './mesh-authority.ts';
import { keepMetadataHere } from './metadata-routes.ts';
import { MeshFaults } from './mesh-faults.ts';
import { openNodeCapture } from './node-capture.ts';
import { readNodeLosses } from './node-losses.ts';
import { NodeReader } from './node-reader.ts';
import { relayAddress } from './relay-address.ts';
import { standUp, type Standing, takeDown } from './stand-up.ts';

const timing: ClusterTiming = { settle: 30_000, hold: 1000, waitFloor: 300, linger: 150 };

/**
 * A cluster of kind (docs/clusters.md): the kept one of its definition where that is up (`gatecrash cluster up`), which
 * then stays; else one of the run's own, which goes with it.
 */
export function createKindCluster(definition: ClusterDefinition, options: OpenClusterOptions): Cluster {
	return new KindCluster(definition, options);
}

class KindCluster implements Cluster {
	readonly name: string;
	readonly timing = timing;
	readonly baseline = 'no-policies';
	readonly parallelDeployments = 3;
	readonly capabilities: ReadonlySet<Capability>;
	readonly known: KnownNetwork;
	readonly #definition: ClusterDefinition;
	readonly #options: OpenClusterOptions;
	readonly #records: ClusterRecords;
	readonly #externals = new Set<ExternalEndpoint>();
	#readers: NodeReader[] = [];
	/** kind's name of the run's own cluster, from the moment in which it may exist. */
	#own: string | undefined;
	#standing: Standing | undefined;
	#endUse: () => Promise<void> = async () => {};
	#site: KubernetesSite | undefined;

	constructor(definition: ClusterDefinition, options: OpenClusterOptions) {
		const { metadata, spec } = definition;
		this.name = metadata.name;
		this.#definition = definition;
		this.#options = options;
		this.#records = new ClusterRecords(options.clusters);
		this.known = knownNetwork(definition);
		const enforces = spec.provides.includes('network-policy');
		const faults = kindFaults({ enforces, istio: spec.provides.includes('istio') });
		this.capabilities = new Set([...familiesOf(definition), ...spec.provides, ...faults.map(faultCapability)]);
	}

	/** Metadata services are among the endpoints outside of a workload, and no part of a scenario. */
	refuses({ external }: Scenario): string | undefined {
		const named = Object.entries(external).find(([, { addresses }]) => addresses !== undefined)?.[0];
		return named && `external/${named} names addresses of its own, which kind can't give it`;
	}

	async up(signal: AbortSignal): Promise<ClusterFacts> {
		const { run } = this.#options;
		if (run === undefined) throw new Error('A kind cluster is stood up by a run only.');
		const images = await chooseImages(this.#definition, this.#options.images, this.#options.mirror);
		const kept = await findKeptCluster(this.#definition, images, this.#records);
		const notes: string[] = [];
		if (kept && 'kindName' in kept) {
			this.#phase(`using ${kept.kindName}, which is up already`);
			notes.push(`The run used the kept cluster ${kept.kindName}, made ${kept.createdAt}, and left it there.`);
			const { process } = this.#options;
			if (process) this.#endUse = await this.#records.use(kept.kindName, run, process);
			this.#standing = await this.#join(kept.kindName);
		} else {
			if (kept) notes.push(`The run made a cluster of its own: ${kept.unused}.`);
			this.#standing = await this.#standUpOwn(run, images, signal);
		}
		const { client, kindName, nodes, phases } = this.#standing;
		const [facts, standing] = await Promise.all([
			readClusterFacts(client, { name: this.name, driver: 'kind', signal }),
			this.#own === undefined ? standingNamespaces(client) : [],
			keepMetadataHere(nodes, signal),
		]);
		checkPromises(this.#definition, facts);
		if (standing.length > 0) notes.push(`Probe pods stood by before the run in ${standing.join(', ')}.`);
		this.#readers = nodes.map((node) => new NodeReader(node));
		const authorityFile = this.#records.file(kindName, 'mesh-authority.json');
		const certificates = await readMeshAuthority(authorityFile);
		const secret = this.#definition.spec.addOns.flatMap(({ authority }) => authority ?? [])[0];
		// What is in a cluster of our own goes with it.
		const ledger = this.#own === undefined ? this.#options.ledger : undefined;
		this.#site = new KubernetesSite({
			...{ client, run, agentImage: images.agent, allowClusterScoped: true },
			ledger,
			startExternal: (...wanted) => this.#startExternal(images, nodes, wanted),
			relay: (until) =>
				relayAddress(nodes[0] ?? '', this.#definition.spec.ipFamily === 'ipv6' ? 'ipv6' : 'ipv4', until),
			lossCounters: () => readNodeLosses(this.#readers),
			openCapture: openNodeCapture,
			certificates,
			faults: new KindFaults({
				...{ client, ledger, nodes },
				mesh:
					certificates && secret !== undefined
						? new MeshFaults({ client, ledger, certificates, secret, file: authorityFile })
						: undefined,
			}),
		});
		const origin = `kind cluster ${kindName}${images.node === undefined ? '' : `, node image ${images.node}`}`;
		return {
			...{ ...facts, notes: [...facts.notes, `${origin}, probe pods ${images.agent}.`, ...notes] },
			...(phases.length > 0 && { phases }),
		};
	}

	deploy(workload: Workload, settings: AgentSettings, signal: AbortSignal): Promise<Deployment> {
		if (!this.#site) throw new Error('The kind cluster is not up.');
		if ((workload.recursion?.length ?? 0) > 1) {
			const zones = workload.recursion?.join(', ') ?? '';
			throw new GatecrashError('GC_CLUSTER', `The cluster’s DNS passes queries on to one resolver, not to ${zones}.`, {
				hint: 'Ask it for the zone of one external endpoint; write a scenario of its own for each other one.',
			});
		}
		return this.#site.deploy(withSystemNamespaces(workload), settings, signal);
	}

	async down(): Promise<void> {
		await Promise.all([...this.#externals].map((external) => external.stop()));
		for (const reader of this.#readers) reader.close();
		const kept = this.#own === undefined || ((await this.#options.keep?.()) ?? false);
		try {
			if (kept) await this.#site?.close();
		} finally {
			this.#standing?.client.close();
			await this.#endUse();
		}
		if (kept || this.#own === undefined) return;
		this.#phase(`deleting ${this.#own}`);
		await takeDown(this.#own, this.#records, this.#options.ledger);
	}

	async #join(kindName: string): Promise<Standing> {
		const kubeconfig = this.#records.file(kindName, 'kubeconfig');
		const client = await connect({ kubeconfig });
		return { kindName, kubeconfig, client, nodes: await nodeContainers(kindName), phases: [] };
	}

	async #standUpOwn(run: string, images: Images, signal: AbortSignal): Promise<Standing> {
		if (images.node !== undefined) await refuseKindnet(this.#definition, images.node, signal);
		const kindName = `gatecrash-${run}`;
		this.#own = kindName;
		return standUp({
			...{ definition: this.#definition, records: this.#records, mirror: this.#options.mirror, signal },
			...{ nodeImage: images.node, ledger: this.#options.ledger, onPhase: (phase) => this.#phase(phase) },
			logs: this.#options.runFolder === undefined ? undefined : join(this.#options.runFolder, 'logs'),
			record: {
				...{ schemaVersion: 1, kindName, cluster: this.name, made: fingerprint(this.#definition, images), run },
				...{ agentImage: images.agent, process: process.pid, createdAt: new Date().toISOString() },
			},
		});
	}

	async #startExternal(
		images: Images,
		nodes: readonly string[],
		[name, spec, settings, signal, relay]: Parameters<StartExternal>,
	): Promise<ExternalEndpoint> {
		const options = {
			...{ image: images.agent, nodes, ledger: this.#options.ledger, families: familiesOf(this.#definition) },
			podRanges: rangesOf(this.#definition).podSubnet,
		};
		const external = await startExternalContainer(options, name, spec, settings, signal, relay);
		this.#externals.add(external);
		return { ...external, stop: () => external.stop().finally(() => this.#externals.delete(external)) };
	}

	#phase(phase: string): void {
		this.#options.onPhase?.(phase);
	}
}

function familiesOf({ spec }: ClusterDefinition): IpFamily[] {
	return ipFamilies.filter((family) => spec.ipFamily === 'dual' || spec.ipFamily === family);
}
