import { setTimeout as sleep } from 'node:timers/promises';
import type { HeldConnection, Step } from '../model/plan.ts';
import type { Recorder } from './recorder.ts';

/** Between two looks. */
const pause = 10;

/** Which connections are held, and which of them the other side has ended. */
export class HeldConnections {
	readonly #held = new Map<string, HeldConnection>();
	readonly #ended = new Set<string>();

	/** They were opened, and the reply came. */
	add(holds: readonly HeldConnection[]): void {
		for (const hold of holds) this.#held.set(holdKey(hold), hold);
	}

	/** What an agent said of one. */
	end(key: string): void {
		this.#ended.add(key);
	}

	/** Whether all of this name have ended; there is at least one. */
	hasEnded(name: string): boolean {
		const keys = [...this.#held].filter(([, hold]) => hold.name === name).map(([key]) => key);
		return keys.length > 0 && keys.every((key) => this.#ended.has(key));
	}

	/** Resolves when all of the name have ended, or at the bound, and writes down which it was. */
	async awaitEnd(
		{ closed, bound }: Extract<Step, { do: 'await' }>,
		step: number,
		recorder: Recorder,
		signal: AbortSignal,
	): Promise<void> {
		const began = performance.now();
		const waited = () => Math.round(performance.now() - began);
		while (!this.hasEnded(closed) && waited() < bound) await sleep(pause, undefined, { signal });
		recorder.append({ is: 'awaited', step, hold: closed, ended: this.hasEnded(closed), waited: waited() });
	}
}

/** By which agents and the history know it. */
export function holdKey({ name, family }: Pick<HeldConnection, 'name' | 'family'>): string {
	return `${name}/${family}`;
}
