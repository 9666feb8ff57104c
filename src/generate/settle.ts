import type { Scenario } from '../model/scenario.ts';
import { lookFurther } from '../mutate/look-further.ts';
import { mistakesOf } from './mistakes.ts';
import { mutantsOf } from '../mutate/mutants-of.ts';
import type { Found } from '../mutate/search.ts';
import { compiledAt, type MutationTarget, subjectOf } from '../mutate/subject.ts';
import type { World } from '../policy/world.ts';
import { type ChosenAttempts, type Mistake, mistakeKey } from './chosen.ts';
import type { Cover } from './cover.ts';
import { withFurther } from './draft-scenario.ts';
import { isProvable, MutantComparisons } from './mutant-comparisons.ts';
import { narrowScenario } from './narrow-scenario.ts';

/** Each leaves fewer mutants that were not looked at; it takes two or three. */
const mostRounds = 6;

interface Surroundings {
	target: MutationTarget;
	/** That stay, whoever is in them. */
	namespaces: readonly string[];
}

/**
 * The scenario without the pods that nobody needs. What mistakes there are depends on the labels and namespaces around a
 * policy, so that it has other mutants: attempts for those are added, with a further pod where one is needed, until the
 * scenario is what `gatecrash mutate` finds nothing to add to.
 */
export function settle(cover: Cover, comparisons: MutantComparisons, around: Surroundings): ChosenAttempts {
	let { subject, world } = comparisons;
	const hopeless = new Set<string>();
	for (let round = 0; ; round += 1) {
		const narrow = (): Scenario =>
			narrowScenario(
				subject.scenario,
				cover.chosen.map(({ attempt }) => attempt),
				world,
				around.namespaces,
			);
		// Later on leaving out would begin anew.
		if (round < 2) cover.reduce(new Set(mistakesOf(narrow()).map(mistakeKey)));
		const scenario = narrow();
		const mistakes = mistakesOf(scenario);
		const told = new Set(cover.chosen.flatMap(({ tells }) => [...tells.keys()]));
		const others = mistakes.filter((mistake) => !told.has(mistakeKey(mistake)) && !hopeless.has(mistakeKey(mistake)));
		if (others.length === 0 || round === mostRounds) return result(cover, scenario, mistakes, around.target);
		const inside = new MutantComparisons(subjectOf(scenario, around.target));
		const added = new Addition(inside, cover, hopeless);
		for (const mutant of others) added.look(mutant);
		subject = subjectOf(added.scenario, around.target);
		world = subject.timeline.moments.at(-1)?.world ?? world;
	}
}

/** Looks for attempts that tell further mutants. */
class Addition {
	scenario: Scenario;
	readonly #comparisons: MutantComparisons;
	readonly #cover: Cover;
	readonly #hopeless: Set<string>;

	constructor(comparisons: MutantComparisons, cover: Cover, hopeless: Set<string>) {
		this.scenario = comparisons.subject.scenario;
		this.#comparisons = comparisons;
		this.#cover = cover;
		this.#hopeless = hopeless;
	}

	look(mutant: Mistake): void {
		const key = mistakeKey(mutant);
		if (this.#cover.isTold(key)) return;
		for (const chosen of this.#cover.chosen) {
			const { attempt } = chosen;
			const found = this.#isThere(attempt.connection) && this.#comparisons.look(attempt, mutant, true);
			if (!found) continue;
			this.#cover.addTo(chosen, key, found);
			return;
		}
		const found = this.#comparisons.search(mutant) ?? this.#further(mutant);
		if (found === 'later') return;
		if (found) this.#cover.take({ attempt: found.attempt, tells: new Map([[key, found]]) });
		else this.#hopeless.add(key);
	}

	#isDeclared(name: string): boolean {
		const { pods, external } = this.#comparisons.subject.scenario;
		return name in pods || name in external;
	}

	/** Further pods of this round are not in the world in which mutants are compared. */
	#isThere({ from, to }: Found['attempt']['connection']): boolean {
		const { world } = this.#comparisons;
		return [from, to].every(({ kind, name }) => kind !== 'pod' || world.pods[name] !== undefined);
	}

	/** Two mutants may need further pods of one name: the first declares it, the other one is looked at in the next round. */
	#further(mutant: Mistake): Found | 'later' | undefined {
		const comparison = this.#comparisons.of(mutant);
		const { subject, moment } = this.#comparisons;
		const looked = comparison && lookFurther(subject, mutant, { moment, comparison });
		if (!looked?.found || !isProvable(looked.found.attempt, looked.further.world)) return undefined;
		const { from, to } = looked.found.attempt.connection;
		const { pods, external } = this.scenario;
		const isNew = (name: string): boolean => name in pods || name in external;
		if ([from, to].some(({ name }) => isNew(name) && !this.#isDeclared(name))) return 'later';
		this.scenario = withFurther(this.scenario, endsIn(looked.further.world, [from.name, to.name]));
		return looked.found;
	}
}

function endsIn(world: World, names: readonly string[]): Pick<World, 'namespaces' | 'pods' | 'external'> {
	const of = <T>(record: Record<string, T>): Record<string, T> =>
		Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));
	const pods = of(world.pods);
	const places = Object.values(pods).map(({ namespace }) => namespace);
	const namespaces = Object.entries(world.namespaces).filter(([name]) => places.includes(name));
	return { pods, external: of(world.external), namespaces: Object.fromEntries(namespaces) };
}

function result(
	cover: Cover,
	scenario: Scenario,
	mistakes: readonly Mistake[],
	target: MutationTarget,
): ChosenAttempts {
	const subject = subjectOf(scenario, target);
	const compiled = compiledAt(subject, subject.timeline.moments.length - 1);
	const byKey = new Map(mistakes.map((mistake) => [mistakeKey(mistake), mistake]));
	const told = new Set<string>();
	const chosen = cover.chosen.flatMap(({ attempt, tells }) => {
		const [found] = tells.values();
		if (!found) return [];
		for (const key of tells.keys()) told.add(key);
		const { because } = compiled.predict({ ...attempt.connection, family: found.family });
		return [{ found, because, tells: [...tells.keys()].flatMap((key) => byKey.get(key) ?? []) }];
	});
	const own = new Set(mutantsOf(scenario).map(mistakeKey));
	const isTold = (mistake: Mistake): boolean => told.has(mistakeKey(mistake));
	return {
		...{ scenario, chosen, mutants: own.size },
		untold: mistakes.filter((mistake) => own.has(mistakeKey(mistake)) && !isTold(mistake)),
		engineMistakes: new Set(mistakes.flatMap((one) => (isTold(one) ? (one.engine ?? []) : []))).size,
	};
}
