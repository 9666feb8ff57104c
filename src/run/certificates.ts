import type { AttemptCommand, ClientCertificate } from '../model/agent.ts';
import type { Deployment } from '../model/cluster.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Cell } from '../model/plan.ts';

type Shown = NonNullable<NonNullable<AttemptCommand['tls']>['certificate']>;

/**
 * The client certificates of one deployment's pods, each made once. They go to the agents and nowhere else: not
 * into the history, because a key is in them.
 */
export class Certificates {
	readonly #deployment: Deployment;
	readonly #known = new Map<string, Shown>();

	constructor(deployment: Deployment) {
		this.#deployment = deployment;
	}

	/** Before the cells are attempted: `of` knows only what was fetched. What can't be had is no reason to reject. */
	async fetch(cells: readonly Cell[]): Promise<void> {
		const wanted = new Map(cells.flatMap((cell) => (keyOf(cell) === undefined ? [] : [[keyOf(cell), cell] as const])));
		await Promise.all(
			[...wanted].map(async ([key = '', cell]) => {
				const known = this.#known.get(key);
				// Perhaps its pod exists by now.
				if (!known || 'missing' in known) this.#known.set(key, await this.#ask(cell));
			}),
		);
	}

	forget(): void {
		this.#known.clear();
	}

	/** What the probe needs for the cell's own TLS; undefined where the cell has none. */
	of({ from, tls }: Cell): AttemptCommand['tls'] {
		if (!tls) return undefined;
		const { alpn, certificate } = tls;
		if (certificate === 'none') return { alpn };
		const known = this.#known.get(keyOf({ from, tls }) ?? '');
		return { alpn, certificate: known ?? { missing: `no certificate was made for ${from.name}` } };
	}

	async #ask({ from, tls }: Cell): Promise<Shown> {
		if (!tls || tls.certificate === 'none' || !this.#deployment.clientCertificate) {
			return { missing: 'this cluster has no certificate authority of ours' };
		}
		try {
			const certificate: ClientCertificate = await this.#deployment.clientCertificate(from.name, tls.certificate);
			return { chain: certificate.chain, key: certificate.key };
		} catch (error) {
			// The other cells can be attempted all the same.
			if (!(error instanceof GatecrashError)) throw error;
			return { missing: `no certificate could be made: ${error.message}` };
		}
	}
}

/** By pod and choice; undefined where no certificate is shown. */
function keyOf({ from, tls }: Pick<Cell, 'from' | 'tls'>): string | undefined {
	return tls === undefined || tls.certificate === 'none' ? undefined : `${from.name} ${tls.certificate}`;
}
