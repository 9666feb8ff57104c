import type { Attempt } from '../mutate/paths.ts';
import { targetText } from '../mutate/remedy.ts';
import type { Candidate } from './chosen.ts';

/** Attempts that were chosen so far, and what they need. Greedy: not the smallest set, but within a logarithm. */
export class Cover {
	readonly chosen: Candidate[] = [];
	readonly #used: Set<string>;
	readonly #listened = new Set<string>();

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
	}

	/** Takes those that tell most of what is open, until none tells more, and removes from `open` what they tell. */
	takeBest(candidates: readonly Candidate[], open: Set<string>): void {
		while (open.size > 0) {
			const best = this.#best(candidates, open);
			if (!best) return;
			this.take(best);
			for (const key of best.tells.keys()) open.delete(key);
		}
	}

	/** Leaves out what others make superfluous, those first that tell least. `wanted`: mutants that count. */
	prune(wanted: ReadonlySet<string>): void {
		const told = new Map<string, number>();
		const counting = ({ tells }: Candidate) => [...tells.keys()].filter((key) => wanted.has(key));
		for (const one of this.chosen) for (const key of counting(one)) told.set(key, (told.get(key) ?? 0) + 1);
		const ranked = this.chosen.map((one) => ({ one, keys: counting(one) }));
		const left = new Set<Candidate>();
		for (const { one, keys } of ranked.toSorted((a, b) => a.keys.length - b.keys.length)) {
			if (keys.some((key) => told.get(key) === 1)) continue;
			for (const key of keys) told.set(key, (told.get(key) ?? 0) - 1);
			left.add(one);
		}
		this.chosen.splice(0, this.chosen.length, ...this.chosen.filter((one) => !left.has(one)));
	}

	#best(candidates: readonly Candidate[], open: ReadonlySet<string>): Candidate | undefined {
		let best: Candidate | undefined;
		let most = 0;
		for (const candidate of candidates) {
			let gain = 0;
			for (const key of candidate.tells.keys()) if (open.has(key)) gain += 1;
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
