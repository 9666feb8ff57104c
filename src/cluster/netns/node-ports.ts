import type { Protocol } from '../../model/address.ts';
import { portKey } from '../../model/cluster.ts';
import type { ListenSpec } from '../../model/scenario.ts';

/** From here up hostNetwork pods get ports when the one that they declare is taken. */
const firstReplacement = 20_000;
/** The range that Kubernetes takes node ports from by default. */
const firstNodePort = 30_000;

/** The ports of the node's own addresses, which node ports and all hostNetwork pods share. */
export class NodePorts {
	readonly #taken = new Set<string>();

	/** Real port numbers of a pod's listeners, by declared port. The declared number whenever it is free. */
	takeFor(listen: ListenSpec[]): Record<string, number> {
		return Object.fromEntries(
			listen.map(({ port, protocol }) => [portKey(port, protocol), this.#take(port, protocol, firstReplacement)]),
		);
	}

	takeNodePort(wanted: number | undefined, protocol: Protocol): number {
		return this.#take(wanted ?? firstNodePort, protocol, firstNodePort);
	}

	release(portMap: Record<string, number>): void {
		for (const [key, real] of Object.entries(portMap)) this.#taken.delete(`${real}/${key.split('/')[1]}`);
	}

	#take(wanted: number, protocol: Protocol, otherwiseFrom: number): number {
		let port = wanted;
		if (this.#taken.has(`${port}/${protocol}`)) {
			port = otherwiseFrom;
			while (this.#taken.has(`${port}/${protocol}`)) port++;
		}
		this.#taken.add(`${port}/${protocol}`);
		return port;
	}
}
