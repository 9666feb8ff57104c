import { connect } from '../../kube/connect.ts';
import type { Capability } from '../../model/capability.ts';
import type {
	AgentSettings,
	Cluster,
	ClusterFacts,
	ClusterTiming,
	Deployment,
	KnownNetwork,
} from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { Workload } from '../../model/plan.ts';
import type { ClusterDefinition } from '../cluster-definition.ts';
import { checkPromises } from '../kind/check-promises.ts';
import { ClusterRecords } from '../kind/cluster-records.ts';
import { chooseImages, type Images } from '../kind/images.ts';
import { readMeshAuthority } from '../kind/mesh-authority.ts';
import { MeshFaults } from '../kind/mesh-faults.ts';
import { readClusterFacts } from '../kubernetes/facts.ts';
import { KubernetesSite } from '../kubernetes/site.ts';
import { withSystemNamespaces } from '../kubernetes/system-namespaces.ts';
import type { OpenClusterOptions } from '../open-cluster-options.ts';
import type { Account } from './account.ts';
import { type Credentials, findCredentials } from './aws/credentials.ts';
import { readEksConfig } from './eks-config.ts';
import { type EksRecord, EksRecords } from './eks-records.ts';
import { findKeptEks } from './kept-cluster.ts';
import type { EksStanding } from './stand-up.ts';

/** The node agent's own tests give a policy 90 s (aws/aws-network-policy-agent, test/integration). */
const timing: ClusterTiming = { settle: 90_000, hold: 2000, waitFloor: 400, linger: 200 };

/** What a run on an EKS cluster begins with. */
type Way = { kept: EksRecord } | { own: Credentials; note: string | undefined };

/**
 * A cluster of EKS (docs/eks.md): the kept one of its definition where there is one here (`gatecrash cluster up`), which
 * then stays; else one of the run's own, which goes with it. Without a run it is only planned for, and nobody is asked.
 * @throws GatecrashError GC_NOT_PERMITTED without credentials, GC_USAGE where money is not agreed to.
 */
export async function createEksCluster(definition: ClusterDefinition, options: OpenClusterOptions): Promise<Cluster> {
	const images = await chooseImages(definition, options.images, options.mirror);
	const records = new EksRecords(options.clusters);
	const way = options.run === undefined ? undefined : await findWay(definition, options, images, records);
	return new EksCluster(definition, options, images, records, way);
}

async function findWay(
	definition: ClusterDefinition,
	{ yes = false }: OpenClusterOptions,
	images: Images,
	records: EksRecords,
): Promise<Way> {
	const { name } = definition.metadata;
	const kept = await findKeptEks(definition, images, records);
	if (kept && 'name' in kept) return { kept };
	const credentials = await findCredentials(name);
	if (!yes) {
		throw new GatecrashError('GC_USAGE', `A run on ${name} makes a cluster that costs money, so it needs --yes.`, {
			hint: `\`gatecrash cluster up ${name}\` without --yes says what it would cost, and makes nothing.`,
		});
	}
	return { own: credentials, note: kept && `The run made a cluster of its own: ${kept.unused}.` };
}

class EksCluster implements Cluster {
	readonly name: string;
	readonly timing = timing;
	readonly baseline = 'no-policies';
	readonly parallelDeployments = 3;
	readonly capabilities: ReadonlySet<Capability>;
	readonly known: KnownNetwork;
	readonly #definition: ClusterDefinition;
	readonly #options: OpenClusterOptions;
	readonly #images: Images;
	readonly #records: EksRecords;
	readonly #way: Way | undefined;
	/** Of the run's own cluster, from the moment in which it may exist. */
	#own: { record: EksRecord; account: Account } | undefined;
	#standing: EksStanding | undefined;
	#endUse: () => Promise<void> = async () => {};
	#site: KubernetesSite | undefined;

	constructor(
		definition: ClusterDefinition,
		options: OpenClusterOptions,
		images: Images,
		records: EksRecords,
		way: Way | undefined,
	) {
		this.name = definition.metadata.name;
		this.#definition = definition;
		this.#options = options;
		this.#images = images;
		this.#records = records;
		this.#way = way;
		this.known = knownNetwork(definition);
		this.capabilities = new Set<Capability>(['ipv4', ...definition.spec.provides]);
	}

	async up(signal: AbortSignal): Promise<ClusterFacts> {
		const { run } = this.#options;
		if (run === undefined || !this.#way) throw new Error('An EKS cluster is stood up by a run only.');
		const notes =
			'kept' in this.#way ? await this.#join(this.#way.kept, run) : await this.#standUp(this.#way.own, run, signal);
		if ('note' in this.#way && this.#way.note !== undefined) notes.push(this.#way.note);
		if (!this.#standing) throw new Error('The EKS cluster did not come up.');
		const { client, phases } = this.#standing;
		const ranges = this.known.ranges ?? {};
		const facts = await readClusterFacts(client, { name: this.name, driver: 'eks', ranges, signal });
		checkPromises(this.#definition, facts);
		this.#site = await this.#makeSite(run);
		notes.push('Packets that nodes lose can’t be counted here; only those of probe pods are.');
		return { ...facts, notes: [...facts.notes, ...notes], ...(phases.length > 0 && { phases }) };
	}

	deploy(workload: Workload, settings: AgentSettings, signal: AbortSignal): Promise<Deployment> {
		if (!this.#site) throw new Error('The EKS cluster is not up.');
		return this.#site.deploy(withSystemNamespaces(workload), settings, signal);
	}

	async down(): Promise<void> {
		const stays = !this.#own || ((await this.#options.keep?.()) ?? false);
		try {
			if (stays) await this.#site?.close();
		} finally {
			this.#standing?.client.close();
			await this.#endUse();
		}
		if (!this.#own) return;
		const { record, account } = this.#own;
		const { clients } = account;
		const { closeClients } = await import('./aws/clients.ts');
		try {
			if (stays) return this.#phase(`${record.name} stays; from ${record.expires} on anybody's clean-up may delete it`);
			const { takeDownEks } = await import('./take-down.ts');
			const [records, ledger] = [this.#records, this.#options.ledger];
			await takeDownEks({ record, clients, records, ledger, onPhase: (phase) => this.#phase(phase) });
		} finally {
			closeClients(clients);
		}
	}

	async #join(record: EksRecord, run: string): Promise<string[]> {
		this.#phase(`using ${record.name}, which is up already`);
		const { process } = this.#options;
		const users = new ClusterRecords(this.#options.clusters);
		if (process) this.#endUse = await users.use(record.name, run, process);
		const kubeconfig = this.#records.file(record.name, 'kubeconfig');
		this.#standing = { record, kubeconfig, client: await connect({ kubeconfig }), phases: [] };
		return [`The run used the kept cluster ${placeOf(record)}, made ${record.createdAt}, and left it there.`];
	}

	/** Loaded only now: AWS's clients take longer to load than it takes to see that there are no credentials. */
	async #standUp(credentials: Credentials, run: string, signal: AbortSignal): Promise<string[]> {
		const { process, region, lifetime, mirror, ledger } = this.#options;
		if (!process) throw new Error('A run has a process.');
		const [{ prepare }, { newRecord }, { standUpEks }] = await Promise.all([
			import('./prepare.ts'),
			import('./kept-cluster.ts'),
			import('./stand-up.ts'),
		]);
		const definition = this.#definition;
		const { account, said } = await prepare({ definition, credentials, region, run });
		this.#phase(said.account);
		this.#phase(said.cost);
		const images = this.#images;
		const record = newRecord({ definition, images, account, run, kept: false, process, lifetime });
		this.#own = { record, account };
		this.#standing = await standUpEks({
			...{ definition, record, owner: account.owner, records: this.#records, mirror, ledger, signal },
			onPhase: (phase) => this.#phase(phase),
		});
		return [`The run made ${placeOf(record)}: ${said.cost}.`, ...said.notes];
	}

	async #makeSite(run: string): Promise<KubernetesSite> {
		if (!this.#standing) throw new Error('The EKS cluster did not come up.');
		const { client, record } = this.#standing;
		const agentImage = this.#images.agent;
		const file = this.#records.file(record.name, 'mesh-authority.json');
		const certificates = await readMeshAuthority(file);
		const secret = this.#definition.spec.addOns.flatMap(({ authority }) => authority ?? [])[0];
		// What is in a cluster of our own goes with it.
		const ledger = this.#own ? undefined : this.#options.ledger;
		const captures = this.capabilities.has('wire-capture');
		const faults =
			certificates && secret !== undefined ? new MeshFaults({ client, ledger, certificates, secret, file }) : undefined;
		return new KubernetesSite({
			...{ client, run, agentImage, ledger, certificates, faults, allowClusterScoped: true },
			captureImage: captures ? agentImage : undefined,
		});
	}

	#phase(phase: string): void {
		this.#options.onPhase?.(phase);
	}
}

function placeOf({ name, region, account }: EksRecord): string {
	return `${name} in ${region} (account ${account})`;
}

/** What follows from a definition before the cluster is up. Pods have addresses of the VPC, as nodes do. */
function knownNetwork({ spec }: ClusterDefinition): KnownNetwork {
	const { vpc, kubernetesNetworkConfig } = readEksConfig(spec.config);
	// eksctl's default, and EKS's for VPCs outside of 10.0.0.0/8.
	const { cidr = '192.168.0.0/16' } = vpc ?? {};
	const { serviceIPv4CIDR = '10.100.0.0/16' } = kubernetesNetworkConfig ?? {};
	return {
		nodes: spec.nodes,
		ranges: { podCIDRv4: cidr, serviceCIDRv4: serviceIPv4CIDR },
		nodeRanges: { ipv4: cidr },
	};
}
