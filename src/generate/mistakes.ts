import type { Scenario } from '../model/scenario.ts';
import { mutantsOf } from '../mutate/mutants-of.ts';
import type { Mistake } from './chosen.ts';
import { engineMistakesOf } from './engine-mistakes.ts';

/** All that generated attempts are to notice: what humans make by mistake, and what engines do. */
export function mistakesOf(scenario: Scenario): Mistake[] {
	return [...mutantsOf(scenario), ...engineMistakesOf(scenario)];
}
