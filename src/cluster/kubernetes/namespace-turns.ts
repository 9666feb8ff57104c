/** What a scenario must have for itself while it is deployed. */
export interface Claim {
	namespaces: readonly string[];
	/** Nothing else may be deployed meanwhile: it applies objects that act on the whole cluster. */
	alone: boolean;
}

interface Request {
	claim: Claim;
	grant: () => void;
}

/**
 * Scenarios of one run that want the same namespace take turns, in the order in which they asked. A scenario gets all
 * of its claim or nothing, so two of them never wait for each other.
 */
export class NamespaceTurns {
	readonly #active = new Set<Claim>();
	#waiting: Request[] = [];

	/** Resolves with the function that gives the claim back. */
	async take(claim: Claim, signal: AbortSignal): Promise<() => void> {
		signal.throwIfAborted();
		const mine: Claim = { ...claim };
		await new Promise<void>((resolve, reject) => {
			const abort = () => {
				this.#waiting = this.#waiting.filter(({ claim: other }) => other !== mine);
				reject(signal.reason as Error);
				// It may have been in the way of somebody behind it.
				this.#next();
			};
			const grant = () => {
				signal.removeEventListener('abort', abort);
				resolve();
			};
			signal.addEventListener('abort', abort, { once: true });
			this.#waiting.push({ claim: mine, grant });
			this.#next();
		});
		return () => {
			if (this.#active.delete(mine)) this.#next();
		};
	}

	/** Whoever waits longer goes first where two want the same. */
	#next(): void {
		const before = [...this.#active];
		for (const request of [...this.#waiting]) {
			const { claim, grant } = request;
			if (!before.some((other) => collide(claim, other))) {
				this.#waiting = this.#waiting.filter((one) => one !== request);
				this.#active.add(claim);
				grant();
			}
			before.push(claim);
		}
	}
}

function collide(one: Claim, other: Claim): boolean {
	return one.alone || other.alone || one.namespaces.some((name) => other.namespaces.includes(name));
}
