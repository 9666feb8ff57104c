import type { Scenario } from '../model/scenario.ts';
import { type JudgedMutant, judgeMutant, type Proposed } from './judge-mutant.ts';
import { isModelled, type LocateField, mutantsOf } from './mutants-of.ts';
import { type MutationTarget, subjectOf } from './subject.ts';

/** Every mutant of a scenario's policies, with what became of it. */
export interface MutatedScenario {
	name: string;
	file: string;
	mutants: JudgedMutant[];
	/** Policies of kinds that are not evaluated: nothing is said of them. */
	unmodelled: { policy: string; kind: string }[];
}

export interface MutationScore {
	noticed: number;
	/** Of the noticed ones: only by attempts that follow the text. */
	byPredicted: number;
	missed: number;
	beyond: number;
	undecided: number;
	equivalent: number;
	/** Share of what counts, from 0 to 1; undefined where nothing does. */
	share: number | undefined;
}

/**
 * Needs no cluster, and asks none: what a mutant means is what the evaluator says. `wanted` chooses mutants by their id.
 * Pure but for `locate`.
 */
export function mutateScenario(
	scenario: Scenario,
	target: MutationTarget,
	options: { locate?: LocateField; wanted?: (id: string) => boolean } = {},
): MutatedScenario {
	const { locate, wanted = () => true } = options;
	const subject = subjectOf(scenario, target);
	const mutants = mutantsOf(scenario, locate).filter(({ id }) => wanted(id));
	const proposed: Proposed[] = [];
	return {
		name: scenario.name,
		file: scenario.file,
		mutants: mutants.map((mutant) => judgeMutant(subject, mutant, proposed)),
		unmodelled: scenario.policies
			.filter(({ object }) => !isModelled(object))
			.map(({ name, object }) => ({ policy: name, kind: object.kind })),
	};
}

/**
 * Equivalent and undecided mutants count for nothing. `strict`: what only a further pod could tell counts as missed, and
 * so does what only attempts notice that follow the text.
 */
export function scoreOf(mutants: readonly JudgedMutant[], strict: boolean): MutationScore {
	const count = (is: JudgedMutant['fate']['is']) => mutants.filter(({ fate }) => fate.is === is).length;
	const byPredicted = mutants.filter(({ fate }) => fate.is === 'noticed' && fate.by === 'predicted').length;
	const [noticed, missed, beyond] = [count('noticed'), count('missed'), count('beyond')];
	const good = strict ? noticed - byPredicted : noticed;
	const all = strict ? noticed + missed + beyond : noticed + missed;
	return {
		...{ noticed, byPredicted, missed, beyond, undecided: count('undecided'), equivalent: count('equivalent') },
		share: all === 0 ? undefined : good / all,
	};
}
