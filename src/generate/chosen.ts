import type { Scenario } from '../model/scenario.ts';
import type { Mutant } from '../mutate/mutant.ts';
import type { Attempt } from '../mutate/paths.ts';
import type { Found } from '../mutate/search.ts';

/** An attempt that is worth making, with what it is by the policies. */
export interface ChosenAttempt {
	found: Found;
	/** Why the path is what it is. */
	because: string[];
	/** Mistakes that it tells. */
	tells: Mistake[];
}

/** A policy in the place of one that was meant: a mutant, or what an engine makes of it. */
export interface Mistake extends Pick<Mutant, 'id' | 'policy' | 'object'> {
	/** Of an engine: whoever makes it makes it with every policy, so that it is enough to notice it once. */
	engine?: string;
}

export interface ChosenAttempts {
	/** With just the pods, namespaces and endpoints that the attempts need, and without the attempts. */
	scenario: Scenario;
	chosen: ChosenAttempt[];
	/** Which no path told. */
	untold: Mistake[];
	/** How many mutants this scenario has. */
	mutants: number;
	/** How many mistakes of engines it notices beside them. */
	engineMistakes: number;
}

/** An attempt with the mistakes that it tells. */
export interface Candidate {
	attempt: Attempt;
	/** By `mistakeKey`. */
	tells: Map<string, Found>;
}

const keys = new WeakMap<Mistake, string>();

/** The same mistake in the same policy, also where another scenario has it; of an engine the same in any. */
export function mistakeKey(mistake: Mistake): string {
	const known = keys.get(mistake) ?? mistake.engine ?? `${mistake.id} ${JSON.stringify(mistake.object)}`;
	keys.set(mistake, known);
	return known;
}
