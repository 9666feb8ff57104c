import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ScenarioVerdict } from '../../src/model/verdict.ts';

/** Every path that could be attempted here was as the scenario says. */
export function passes({ honest }: Shown): boolean {
	return honest !== undefined && honest.leak + honest.broken + honest.inconclusive === 0 && honest.enforced > 0;
}

/** What runs have shown of one generated scenario. */
export interface Shown {
	/** Of the scenario's text. */
	hash: string;
	/** On an honest engine. */
	honest?: ScenarioVerdict['counts'];
	/** By bug. */
	bugs: Record<string, 'caught' | 'missed' | 'no rule changes' | 'inconclusive'>;
}

/** Kept in a file, so that a run of hours can be made in parts; what was shown with another text is forgotten. */
export class Results {
	readonly #file: string;
	readonly #shown: Record<string, Shown>;

	constructor(file: string) {
		this.#file = file;
		mkdirSync(dirname(file), { recursive: true });
		this.#shown = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Shown>) : {};
	}

	of(name: string, hash: string): Shown {
		const known = this.#shown[name];
		if (known?.hash === hash) return known;
		const fresh: Shown = { hash, bugs: {} };
		this.#shown[name] = fresh;
		return fresh;
	}

	save(): void {
		writeFileSync(`${this.#file}.new`, JSON.stringify(this.#shown, null, '\t'));
		renameSync(`${this.#file}.new`, this.#file);
	}
}
