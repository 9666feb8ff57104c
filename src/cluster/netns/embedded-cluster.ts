import { existsSync } from 'node:fs';
import { release } from 'node:os';
import type { IpFamily } from '../../model/address.ts';
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
import type { ClusterRange } from '../../model/reference.ts';
import type { Scenario } from '../../model/scenario.ts';
import { agentProgram } from './agent-program.ts';
import type { Bug } from './bugs/bug.ts';
import { engineWith, findBug } from './bugs/inject.ts';
import { EmbeddedDeployment } from './embedded-deployment.ts';
import { embeddedFaults } from './embedded-faults.ts';
import type { Engine } from './engine.ts';
import { Fabric } from './fabric.ts';
import { Inventory, nodeName } from './inventory.ts';
import { envoyHint, findEnvoy, readEnvoyVersion } from './envoy/envoy-binary.ts';
import { hasSidecar } from './mesh/injection.ts';
import { Mesh } from './mesh/mesh.ts';
import { Proxies } from './proxies/proxies.ts';
import { findPermission, noLossCounters, type Permission } from './preconditions.ts';
import { nodeAddresses, ranges } from './ranges.ts';
import { ServiceBook } from './service-book.ts';
import { findTool, perlHint } from './tools.ts';

export interface EmbeddedClusterOptions {
	name?: string;
	/** Which families pods get; default: both, as far as the kernel has them. */
	ipFamily?: 'ipv4' | 'ipv6' | 'dual';
	/**
	 * nft commands added to every transaction, so that the cluster enforces wrongly on purpose. `{policy}` stands for the
	 * table with the chains `forward` and `to_pod`, `{service}` for the one of Services; `inet gatecrash_tamper` is empty.
	 */
	tamper?: string;
	/** Names of seeded bugs (bugs/), so that the cluster enforces wrongly on purpose. */
	inject?: readonly string[];
	/** Another engine in the place of that one, for each deployment; for those who listen to what it is told. */
	engine?: (scenario: string) => Engine;
	/** Another program in the place of the agent; default: gatecrash's own. */
	agent?: string;
	/** The Envoy of sidecars; default: as found here (envoy/envoy-binary.ts). `none`: as if there were none. */
	envoy?: string;
	/** Whether packets can be captured; default: where there is perl. */
	captures?: boolean;
}

/** Short: a change is one transaction of this kernel, and a packet is at its target when it was sent. */
const timing: ClusterTiming = { settle: 2000, hold: 50, waitFloor: 200, linger: 50 };

/**
 * A cluster of network namespaces on this machine (docs/embedded-cluster.md). Nothing exists between `up` and `deploy`:
 * each deployment is a fabric of its own, and leaves with it.
 * @throws GatecrashError GC_USAGE for a seeded bug that there is not.
 */
export function createEmbeddedCluster(options: EmbeddedClusterOptions = {}): Cluster {
	return new EmbeddedCluster(options);
}

class EmbeddedCluster implements Cluster {
	readonly name: string;
	readonly timing = timing;
	readonly baseline = 'no-policies';
	readonly parallelDeployments = 4;
	readonly capabilities: ReadonlySet<Capability>;
	readonly remedies: Partial<Record<Capability, string>>;
	readonly known: KnownNetwork;
	readonly #options: EmbeddedClusterOptions;
	readonly #bugs: readonly Bug[];
	readonly #families: readonly IpFamily[];
	readonly #envoy: string | undefined;
	readonly #deployments = new Set<EmbeddedDeployment>();
	#permission: Permission | undefined;
	#envoyVersion: string | undefined;
	/** Some scenario that is planned for it has a mesh. */
	#meshed = false;
	/** Some has sidecars or proxies. */
	#proxied = false;

	constructor(options: EmbeddedClusterOptions) {
		this.#options = options;
		this.#bugs = (options.inject ?? []).map(findBug);
		this.#envoy = options.envoy === 'none' ? undefined : (options.envoy ?? findEnvoy());
		this.name = options.name ?? 'embedded';
		this.#families = familiesHere(options.ipFamily ?? 'dual');
		this.known = {
			...{ nodes: 1, ranges: rangesOf(this.#families), externalRanges: ranges.external },
			nodeRanges: { ipv4: `${nodeAddresses.ipv4}/32`, ipv6: `${nodeAddresses.ipv6}/128` },
		};
		const ofMesh: Capability[] = ['istio', 'envoy', 'mesh-certificates'];
		const mesh = this.#envoy === undefined ? [] : ofMesh;
		const captures = options.captures ?? findTool('perl') !== undefined;
		this.capabilities = new Set([
			...this.#families,
			...(['network-policy', 'host-network', 'external', 'node-port', 'metadata'] as const),
			...(['cluster-dns', 'cluster-dns-probe', 'node-local-dns'] as const),
			...embeddedFaults(this.#envoy !== undefined).map(faultCapability),
			...mesh,
			...(captures ? (['wire-capture'] as const) : []),
		]);
		this.remedies = {
			...(this.#envoy === undefined && { istio: envoyHint, envoy: envoyHint }),
			...(!captures && { 'wire-capture': perlHint }),
		};
	}

	/** None; it hears of every scenario that is planned. */
	refuses(scenario: Scenario): undefined {
		this.#meshed ||= hasMesh(scenario);
		this.#proxied ||= needsEnvoy(scenario);
	}

	async up(signal: AbortSignal): Promise<ClusterFacts> {
		signal.throwIfAborted();
		const [permission, envoyVersion] = await Promise.all([
			this.#permission ?? findPermission(),
			// Asking it takes longer than bringing a cluster up, and most runs have no use for it.
			this.#envoy === undefined || !this.#proxied
				? undefined
				: (this.#envoyVersion ?? readEnvoyVersion(this.#envoy).catch(() => 'unknown')),
		]);
		this.#permission = permission;
		this.#envoyVersion = envoyVersion;
		const mesh = envoyVersion === undefined || !this.#meshed ? [] : [`envoy ${envoyVersion} (embedded mesh)`];
		const plain = envoyVersion === undefined || this.#meshed ? [] : [`envoy ${envoyVersion}`];
		return {
			name: this.name,
			driver: 'netns',
			version: 'embedded',
			kernel: release(),
			enforcers: [`nftables ${permission.nftVersion} (embedded)`, ...mesh, ...plain],
			...(mesh.length > 0 && { network: { cni: [], mesh } }),
			nodes: 1,
			ranges: rangesOf(this.#families),
			notes: [
				'The embedded cluster is no substitute for the engine that runs in production: it shows what the policies mean, not what another engine makes of them.',
				...(permission.lossCounters ? [] : [noLossCounters]),
			],
			injected: [
				...this.#bugs.map(({ name }) => name),
				...(this.#options.tamper === undefined ? [] : [`tamper: ${this.#options.tamper.trim()}`]),
			],
		};
	}

	async deploy(workload: Workload, settings: AgentSettings, signal: AbortSignal): Promise<Deployment> {
		signal.throwIfAborted();
		const permission = (this.#permission ??= await findPermission());
		const stranger = [...workload.nodes, ...workload.attemptingNodes].find((node) => node !== nodeName);
		if (stranger !== undefined) {
			throw new GatecrashError(
				'GC_CLUSTER',
				`The embedded cluster has the node "${nodeName}" only, not "${stranger}".`,
			);
		}
		if (this.#envoy === undefined && needsEnvoy(workload)) {
			throw new GatecrashError('GC_TOOL_MISSING', 'Sidecars and proxies need Envoy.', { hint: envoyHint });
		}
		const program = this.#options.agent ?? (await agentProgram());
		const inventory = new Inventory(workload, this.#families);
		const services = new ServiceBook(workload.services, inventory, workload.clusterDns);
		const fabric = await Fabric.start({ userNamespace: permission.userNamespace, families: this.#families, signal });
		const engine = this.#options.engine?.(workload.scenario) ?? engineWith(this.#bugs);
		const envoy = this.#envoy;
		const envoys = envoysOf(fabric, envoy, { inventory, services, workload, engine });
		const deployment = new EmbeddedDeployment(fabric, inventory, services, {
			settings,
			program,
			tamper: this.#options.tamper,
			engine,
			...envoys,
			closed: () => this.#deployments.delete(deployment),
		});
		this.#deployments.add(deployment);
		try {
			await deployment.populate(workload);
			signal.throwIfAborted();
		} catch (error) {
			await deployment.close();
			throw error;
		}
		return deployment;
	}

	async down(): Promise<void> {
		const all = [...this.#deployments];
		this.#deployments.clear();
		await Promise.all(all.map((deployment) => deployment.close()));
	}
}

/** What runs an Envoy beside pods, where there is one. */
function envoysOf(
	fabric: Fabric,
	envoy: string | undefined,
	rest: { inventory: Inventory; services: ServiceBook; workload: Workload; engine: Engine },
): { mesh: Mesh | undefined; proxies: Proxies | undefined } {
	if (envoy === undefined) return { mesh: undefined, proxies: undefined };
	const mesh = new Mesh(fabric, { envoy, ...rest });
	return { mesh, proxies: new Proxies(fabric, { envoy, ...rest, authority: () => mesh.authority() }) };
}

function needsEnvoy({ pods, namespaces }: Pick<Workload, 'pods' | 'namespaces'>): boolean {
	return hasMesh({ pods, namespaces }) || Object.values(pods).some((pod) => pod.proxy !== undefined);
}

function hasMesh({ pods, namespaces }: Pick<Workload, 'pods' | 'namespaces'>): boolean {
	return Object.values(pods).some((pod) => hasSidecar(pod, namespaces[pod.namespace]));
}

function familiesHere(wanted: 'ipv4' | 'ipv6' | 'dual'): IpFamily[] {
	// Missing where the kernel was started with ipv6.disable=1 or built without IPv6.
	const here: IpFamily[] = existsSync('/proc/net/if_inet6') ? ['ipv4', 'ipv6'] : ['ipv4'];
	return here.filter((family) => wanted === 'dual' || wanted === family);
}

function rangesOf(families: readonly IpFamily[]): Partial<Record<ClusterRange, string>> {
	return {
		...(families.includes('ipv4') && { podCIDRv4: ranges.pods.ipv4, serviceCIDRv4: ranges.services.ipv4 }),
		...(families.includes('ipv6') && { podCIDRv6: ranges.pods.ipv6, serviceCIDRv6: ranges.services.ipv6 }),
	};
}
