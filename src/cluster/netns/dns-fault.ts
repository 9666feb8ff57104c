import { clusterDnsName } from '../../model/cluster-dns.ts';
import type { Inventory, Member } from './inventory.ts';

interface Options {
	inventory: Inventory;
	/** Ends a pod with all that it has, and programs what should be in force then. */
	remove: (pod: string) => Promise<void>;
	bringUp: (member: Member) => Promise<void>;
}

/** The cluster's DNS is ended, and another pod takes its place: as on a real cluster it has another address then. */
export class DnsFault {
	readonly #options: Options;
	#isAway = false;

	constructor(options: Options) {
		this.#options = options;
	}

	/** While it is, queries go to the address of a Service that leads nowhere. */
	get isAway(): boolean {
		return this.#isAway;
	}

	/** Returns what was seen of it: nothing where the scenario asks no DNS of the cluster. */
	async stop(): Promise<string[]> {
		const { inventory, remove } = this.#options;
		const member = inventory.find(clusterDnsName);
		if (!member) return [];
		this.#isAway = true;
		await remove(member.name);
		return [`the cluster’s DNS at ${addressesOf(member)} was ended`];
	}

	async start(): Promise<string[]> {
		if (!this.#isAway) return [];
		this.#isAway = false;
		const member = this.#options.inventory.addClusterDns();
		await this.#options.bringUp(member);
		return [`the cluster’s DNS is back, at ${addressesOf(member)}`];
	}
}

function addressesOf({ addresses }: Member): string {
	return Object.values(addresses).join(' and ');
}
