import type { FaultName } from '../../model/fault.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ClusterFaults, FaultPlace, Site } from './site.ts';

/** Faults as one deployment injects and heals them; what was seen of each, a sentence each. */
export class DeploymentFaults {
	readonly #site: Site;
	readonly #names: ReadonlyMap<string, string>;
	readonly #signal: AbortSignal;

	/** `names`: the scenario's namespaces -> the cluster's. */
	constructor(site: Site, names: ReadonlyMap<string, string>, signal: AbortSignal) {
		this.#site = site;
		this.#names = names;
		this.#signal = signal;
	}

	inject(fault: FaultName, node: string | undefined): Promise<string[]> {
		return this.#faults().inject(fault, this.#place(node), this.#signal);
	}

	async heal(fault: FaultName): Promise<string[]> {
		const seen = await this.#faults().heal(fault, this.#place(undefined), this.#signal.aborted);
		if (!this.#signal.aborted) await this.#follow(fault);
		return seen;
	}

	/** What else was there before it, and is no longer as it was. */
	async #follow(fault: FaultName): Promise<void> {
		const { harness, clusterDns } = this.#site;
		if (fault === 'restart-node') await harness.nodesRestarted(this.#signal);
		if (fault === 'restart-node' || fault === 'restart-dns') await clusterDns?.podsReplaced(this.#signal);
	}

	#place(node: string | undefined): FaultPlace {
		const found = this.#site.nodes.find(({ symbol }) => symbol === node);
		if (node !== undefined && !found) throw new GatecrashError('GC_CLUSTER', `There is no node "${node}" here.`);
		return { namespaces: [...this.#names.values()], node: found?.name };
	}

	#faults(): ClusterFaults {
		const { faults } = this.#site.options;
		if (!faults) throw new GatecrashError('GC_CLUSTER', 'Nothing can be broken on purpose on this cluster.');
		return faults;
	}
}
