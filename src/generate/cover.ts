import type { Attempt } from '../mutate/paths.ts';
import { targetText } from '../mutate/remedy.ts';
import type { Found } from '../mutate/search.ts';
import type { Candidate } from './chosen.ts';

/** Attempts that were chosen so far, and what they need. Greedy: not the smallest set, but within a logarithm. */
export class Cover {
	readonly chosen: Candidate[] = [];
	readonly #used: Set<string>;
	readonly #listened = new Set<string>();
	readonly #told = new Set<string>();

	/** `used`: pods that are there anyway. */
	constructor(used: Iterable<string>) {
		this.#used = new Set(used);
	}

	isUsed(pod: string): boolean {
		return this.#used.has(pod);
	}

	take(candidate: Candidate): void {
		const { from, to, port, protocol } = candidate.attempt.connection;
		this.#used.add(from.name).add(to.name);
		this.#listened.add(targetText(to, port, protocol));
		this.chosen.push(candidate);
		for (const key of candidate.tells.keys()) this.#told.add(key);
	}

	isTold(key: string): boolean {
		return this.#told.has(key);
	}

	/** Of one that was chosen. */
	addTo(candidate: Candidate, key: string, found: Found): void {
		candidate.tells.set(key, found);
		this.#told.add(key);
	}

	/** Takes those that tell most of what is not told yet, until none tells more. */
	takeBest(candidates: readonly Candidate[]): void {
		for (let best = this.#best(candidates); best; best = this.#best(candidates)) this.take(best);
	}

	/** Begins anew with those that tell most, and leaves out what others make superfluous. `wanted`: mistakes that count. */
	reduce(wanted: ReadonlySet<string>): void {
		const all = this.chosen.map((one) => ({ one, keys: [...one.tells.keys()].filter((key) => wanted.has(key)) }));
		const open = new Set(all.flatMap(({ keys }) => keys));
		const kept: Counted[] = [];
		while (open.size > 0) {
			let best: { counted: Counted; gain: number } | undefined;
			for (const counted of all) {
				const gain = counted.keys.filter((key) => open.has(key)).length;
				if (gain > (best?.gain ?? 0)) best = { counted, gain };
			}
			if (!best) break;
			kept.push(best.counted);
			for (const key of best.counted.keys) open.delete(key);
		}
		const needed = withoutSuperfluous(kept);
		this.chosen.splice(0, this.chosen.length, ...this.chosen.filter((one) => needed.has(one)));
	}

	#best(candidates: readonly Candidate[]): Candidate | undefined {
		let best: Candidate | undefined;
		let most = 0;
		for (const candidate of candidates) {
			let gain = 0;
			for (const key of candidate.tells.keys()) if (!this.#told.has(key)) gain += 1;
			// Of two that tell as much, the one for which less has to be made up.
			const value = gain === 0 ? 0 : gain - Math.min(0.9, this.#cost(candidate.attempt) / 100);
			if (value > most) [best, most] = [candidate, value];
		}
		return best;
	}

	#cost({ connection: { from, to, port, protocol }, listened }: Attempt): number {
		const made = [from, to].filter(({ kind, name }) => kind !== 'service' && !this.#used.has(name)).length;
		const listens = listened || this.#listened.has(targetText(to, port, protocol)) ? 0 : 5;
		return made * 20 + listens + (protocol === 'sctp' ? 30 : protocol === 'udp' ? 1 : 0);
	}
}

interface Counted {
	one: Candidate;
	keys: string[];
}

/** Those that tell least go first. */
function withoutSuperfluous(all: readonly Counted[]): Set<Candidate> {
	const told = new Map<string, number>();
	for (const { keys } of all) for (const key of keys) told.set(key, (told.get(key) ?? 0) + 1);
	const needed = new Set<Candidate>();
	for (const { one, keys } of all.toSorted((a, b) => a.keys.length - b.keys.length)) {
		if (keys.some((key) => told.get(key) === 1)) needed.add(one);
		else for (const key of keys) told.set(key, (told.get(key) ?? 0) - 1);
	}
	return needed;
}
