import { gotThrough, type Try } from './tries.ts';

type State = 'open' | 'closed';

/** What the last epoch showed of each path: tells which cells a change has to flip. */
export class KnownPaths {
	readonly #states = new Map<string, State>();

	get(path: string): State | undefined {
		return this.#states.get(path);
	}

	note(path: string, state: State): void {
		this.#states.set(path, state);
	}

	/** Of several tries on one path a single one that got through makes it open. */
	noteAll(tries: readonly Try[]): void {
		const states = new Map<string, State>();
		for (const attempt of tries) {
			if (gotThrough(attempt)) states.set(attempt.cell.path, 'open');
			else if (!states.has(attempt.cell.path)) states.set(attempt.cell.path, 'closed');
		}
		for (const [path, state] of states) this.note(path, state);
	}
}
