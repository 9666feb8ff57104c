import type { KubeClient } from '../../kube/kube-client.ts';
import type { Ledger, LedgerEntry } from '../../model/cluster.ts';
import { type FaultName, isMeshFault, type Recovery } from '../../model/fault.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { recover } from '../recovering/recover-fault.ts';
import type { ClusterFaults, FaultPlace } from '../kubernetes/site.ts';
import { killEnforcer, restartEnforcer } from './enforcer-faults.ts';
import type { Inject } from './injection.ts';
import type { MeshFaults } from './mesh-faults.ts';
import { restartApiServer, restartKubelet, restartNode } from './node-faults.ts';
import { restartDns, restartMeshControlPlane } from './workload-faults.ts';

/** Those of any kind cluster; who enforces or is the mesh's control plane has to be there. */
const ofCluster = {
	'restart-dns': restartDns,
	'restart-node': restartNode,
	'restart-kubelet': restartKubelet,
	'restart-api-server': restartApiServer,
} satisfies Partial<Record<FaultName, Inject>>;
const ofEnforcer = {
	'restart-enforcer': restartEnforcer,
	'kill-enforcer': killEnforcer,
} satisfies Partial<Record<FaultName, Inject>>;
const ofMesh = { 'restart-mesh-control-plane': restartMeshControlPlane } satisfies Partial<Record<FaultName, Inject>>;

const injections: Partial<Record<FaultName, Inject>> = { ...ofCluster, ...ofEnforcer, ...ofMesh };

/** What can be broken on a kind cluster, beside what its definition provides. */
export function kindFaults({ enforces, istio }: { enforces: boolean; istio: boolean }): FaultName[] {
	const possible = { ...ofCluster, ...(enforces && ofEnforcer), ...(istio && ofMesh) };
	return Object.keys(possible) as FaultName[];
}

export interface KindFaultsOptions {
	client: KubeClient;
	ledger: Ledger | undefined;
	/** All of them, by the names of their containers. */
	nodes: readonly string[];
	/** Undefined: there is no mesh whose authority is ours. */
	mesh: MeshFaults | undefined;
}

/** Faults of a kind cluster of ours. */
export class KindFaults implements ClusterFaults {
	readonly #options: KindFaultsOptions;
	readonly #inForce = new Map<FaultName, { entry: LedgerEntry; recovery: Recovery }>();

	constructor(options: KindFaultsOptions) {
		this.#options = options;
	}

	async inject(fault: FaultName, place: FaultPlace, signal: AbortSignal): Promise<string[]> {
		const { client, mesh } = this.#options;
		if (mesh && isMeshFault(fault)) return mesh.inject(fault, place, signal);
		const inject = injections[fault];
		if (!inject) throw new GatecrashError('GC_CLUSTER', `This cluster can't inject the fault ${fault}.`);
		const nodes = place.node === undefined ? this.#options.nodes : [place.node];
		return inject({ client, nodes, signal, intend: (recovery) => this.#intend(fault, recovery) });
	}

	async heal(fault: FaultName, place: FaultPlace, inHaste: boolean): Promise<string[]> {
		const { client, ledger, mesh } = this.#options;
		if (mesh && isMeshFault(fault)) return mesh.heal(fault, place, inHaste);
		const found = this.#inForce.get(fault);
		if (!found) return [];
		const seen = await recover(client, found.recovery);
		this.#inForce.delete(fault);
		ledger?.undone(found.entry);
		return [seen];
	}

	#intend(fault: FaultName, recovery: Recovery): void {
		const { kubeconfig, context } = this.#options.client;
		const entry: LedgerEntry = { makes: 'fault', fault, kubeconfig, context, recovery };
		this.#options.ledger?.intend(entry);
		this.#inForce.set(fault, { entry, recovery });
	}
}
