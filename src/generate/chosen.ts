import type { Scenario } from '../model/scenario.ts';
import type { Mutant } from '../mutate/mutant.ts';
import type { Attempt } from '../mutate/paths.ts';
import type { Found } from '../mutate/search.ts';

/** An attempt that is worth making, with what it is by the policies. */
export interface ChosenAttempt {
	found: Found;
	/** Why the path is what it is. */
	because: string[];
	/** Mutants that it tells. */
	tells: Mutant[];
}

export interface ChosenAttempts {
	/** With just the pods, namespaces and endpoints that the attempts need, and without the attempts. */
	scenario: Scenario;
	chosen: ChosenAttempt[];
	/** Which no path told. */
	untold: Mutant[];
	/** How many mutants this scenario has. */
	mutants: number;
}

/** An attempt with the mutants that it tells. */
export interface Candidate {
	attempt: Attempt;
	/** By `mutantKey`. */
	tells: Map<string, Found>;
}

const keys = new WeakMap<Mutant, string>();

/** The same mistake in the same policy, also where another scenario has it. */
export function mutantKey(mutant: Mutant): string {
	const known = keys.get(mutant) ?? `${mutant.id} ${JSON.stringify(mutant.object)}`;
	keys.set(mutant, known);
	return known;
}
