import { now } from './clock.ts';
import type { Records } from './records.ts';

/** Between two looks at the clock, and how late one of them may be. Milliseconds. */
const interval = 20;
const patience = 30;
/** So long after the last continuous attempt, or the last token of one, it goes on looking. */
const afterglow = 1000;

/**
 * Notices when this process was held up while continuous attempts go on. What was not answered meanwhile was perhaps not
 * answered because of us, and shows no outage.
 */
export class Stalls {
	readonly #records: Records;
	#until = 0;
	#running = false;

	constructor(records: Records) {
		this.#records = records;
	}

	/** Something continuous is going on. */
	touch(): void {
		const at = now();
		this.#until = at + afterglow;
		if (this.#running) return;
		this.#running = true;
		this.#look(at);
	}

	#look(since: number): void {
		setTimeout(() => {
			const at = now();
			if (at - since > interval + patience) this.#records.add({ is: 'stalled', from: since, to: at });
			if (at < this.#until) this.#look(at);
			else this.#running = false;
		}, interval);
	}
}
