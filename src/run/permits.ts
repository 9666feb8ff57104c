/** How many tries may be in flight in the whole run; shared by all scenarios. */
export class Permits {
	#free: number;
	readonly #queue: (() => void)[] = [];

	constructor(count: number) {
		this.#free = count;
	}

	/** Takes as many permits as are free, at least one and at most `wanted`; waits for the first. */
	async take(wanted: number): Promise<number> {
		while (this.#free === 0) await new Promise<void>((resolve) => this.#queue.push(resolve));
		const taken = Math.min(this.#free, wanted);
		this.#free -= taken;
		// One release may free more than the one who was woken wants.
		if (this.#free > 0) this.#queue.shift()?.();
		return taken;
	}

	release(count: number): void {
		this.#free += count;
		this.#queue.shift()?.();
	}
}
