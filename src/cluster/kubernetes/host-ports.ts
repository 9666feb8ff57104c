import { portKey } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ListenSpec } from '../../model/scenario.ts';

/** Below the kernel's ephemeral ports and below the NodePorts. */
const first = 20_000;
const last = 29_999;

/**
 * Gives out ports in the nodes' network. They come round, so that a port is not used again right after its last owner:
 * its container may live a moment longer than its pod.
 */
export class HostPorts {
	readonly #taken = new Set<number>();
	#next: number;

	/** `seed` spreads the runs that share a cluster. */
	constructor(seed = 0) {
		this.#next = first + (seed % (last - first + 1));
	}

	takeFor(listen: readonly ListenSpec[]): Record<string, number> {
		return Object.fromEntries(listen.map(({ port, protocol }) => [portKey(port, protocol), this.#take()]));
	}

	release(portMap: Record<string, number>): void {
		for (const port of Object.values(portMap)) this.#taken.delete(port);
	}

	#take(): number {
		for (let tries = first; tries <= last; tries += 1) {
			const port = this.#next;
			this.#next = port === last ? first : port + 1;
			if (this.#taken.has(port)) continue;
			this.#taken.add(port);
			return port;
		}
		throw new GatecrashError('GC_CLUSTER', 'There is no free port left in the nodes’ network.');
	}
}
