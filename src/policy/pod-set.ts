/** A set of pods by their number: one bit each. */
export class PodSet {
	readonly #words: Uint32Array;

	constructor(size: number) {
		this.#words = new Uint32Array(Math.ceil(size / 32));
	}

	static of(size: number, has: (pod: number) => boolean): PodSet {
		const set = new PodSet(size);
		for (let pod = 0; pod < size; pod += 1) if (has(pod)) set.add(pod);
		return set;
	}

	add(pod: number): void {
		this.#words[pod >>> 5] = (this.#words[pod >>> 5] ?? 0) | (1 << (pod & 31));
	}

	has(pod: number): boolean {
		return ((this.#words[pod >>> 5] ?? 0) & (1 << (pod & 31))) !== 0;
	}

	/** Adds what is in the other set and, where one is given, in `within` too. */
	addAll(other: PodSet, within?: PodSet): void {
		const added = other.#words;
		const mask = within === undefined ? undefined : within.#words;
		for (let word = 0; word < this.#words.length; word += 1) {
			this.#words[word] = (this.#words[word] ?? 0) | ((added[word] ?? 0) & (mask ? (mask[word] ?? 0) : -1));
		}
	}
}
