import type { IpFamily, Protocol } from '../model/address.ts';

/** Below it stand the ports that probes listen on; binding there would also need a privilege on most nodes. */
const first = 1024;
const last = 65_535;

/**
 * Gives out planned source ports. No port is given out twice for one owner, protocol and family, so no 5-tuple is used
 * twice in a run: a reused one could ride on an old conntrack entry and look like a leak, or like a block.
 * The owner is whoever owns the address: a pod, or a node for its hostNetwork pods.
 */
export class SourcePorts {
	readonly #next = new Map<string, number>();
	readonly #reserved = new Map<string, Set<number>>();
	readonly #ranges = new Map<string, { first: number; last: number }>();

	/** Keeps a port that the owner listens on, or that is a NodePort, from being given out. */
	reserve(owner: string, port: number): void {
		const ports = this.#reserved.get(owner) ?? new Set();
		ports.add(port);
		this.#reserved.set(owner, ports);
	}

	/** The owner has no others than these. */
	within(owner: string, range: { first: number; last: number }): void {
		this.#ranges.set(owner, range);
	}

	/** The first of `count` consecutive ports, or undefined when the owner has used up its range. */
	take(owner: string, protocol: Protocol, family: IpFamily, count = 1): number | undefined {
		const key = `${owner}/${protocol}/${family}`;
		const range = this.#ranges.get(owner);
		let port = this.#next.get(key) ?? range?.first ?? first;
		for (
			let collision = this.#collision(owner, port, count);
			collision;
			collision = this.#collision(owner, port, count)
		) {
			port = collision + 1;
		}
		if (port + count - 1 > (range?.last ?? last)) return undefined;
		this.#next.set(key, port + count);
		return port;
	}

	#collision(owner: string, port: number, count: number): number | undefined {
		const reserved = this.#reserved.get(owner);
		if (!reserved) return undefined;
		for (let candidate = port + count - 1; candidate >= port; candidate -= 1) {
			if (reserved.has(candidate)) return candidate;
		}
		return undefined;
	}
}
