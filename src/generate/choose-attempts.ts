import { mutantsOf } from '../mutate/mutants-of.ts';
import { mayActOn } from '../mutate/policy-parts.ts';
import type { Mutant } from '../mutate/mutant.ts';
import { type MutationTarget, subjectOf } from '../mutate/subject.ts';
import { type Candidate, type ChosenAttempts, mutantKey } from './chosen.ts';
import { Cover } from './cover.ts';
import { draftScenario } from './draft-scenario.ts';
import type { GenerateInput } from './input.ts';
import { makeUpPods } from './made-up-pods.ts';
import { MutantComparisons } from './mutant-comparisons.ts';
import { nearCandidates } from './near-candidates.ts';
import { settle } from './settle.ts';

/**
 * Few attempts that tell every mutant of the policies that some path can tell: for each policy those that tell most first,
 * beginning with what was chosen for others, in the end without those that the others make superfluous. Pods that are
 * missing for it are made up. Greedy: not the smallest set, which is a hard problem (set cover), but within a logarithm.
 */
export function chooseAttempts(input: GenerateInput, target: MutationTarget): ChosenAttempts {
	const made = makeUpPods(input, subjectOf(draftScenario(input), target));
	const comparisons = new MutantComparisons(subjectOf(draftScenario(input, made.world), target));
	const cover = new Cover(Object.keys(input.pods));
	const all = mutantsOf(comparisons.subject.scenario);
	const byPolicy = new Map<string, Mutant[]>(input.policies.map(({ name }) => [name, []]));
	for (const mutant of all) byPolicy.get(mutant.policy)?.push(mutant);
	for (const [policy, mutants] of byPolicy) {
		new PolicyCover(policy, mutants, comparisons, cover).choose(made.local.get(policy) ?? new Set());
		comparisons.forget(mutants);
	}
	return settle(cover, comparisons, { target, namespaces: Object.keys(input.namespaces) });
}

/** Chooses attempts for the mutants of one policy. */
class PolicyCover {
	readonly #policy: string;
	readonly #mutants: readonly Mutant[];
	readonly #comparisons: MutantComparisons;
	readonly #cover: Cover;

	constructor(policy: string, mutants: readonly Mutant[], comparisons: MutantComparisons, cover: Cover) {
		this.#policy = policy;
		this.#mutants = mutants;
		this.#comparisons = comparisons;
		this.#cover = cover;
	}

	choose(local: ReadonlySet<string>): void {
		const open = new Set(this.#mutants.map(mutantKey));
		for (const chosen of this.#nearby()) this.#lookAgain(chosen, open);
		this.#chooseNear(local, open, false);
		// Where the families differ an attempt can only follow the text.
		if (this.#comparisons.families.length > 1) this.#chooseNear(local, open, true);
		for (const mutant of this.#stillOpen(open)) {
			if (!open.has(mutantKey(mutant))) continue;
			const found = this.#comparisons.search(mutant);
			if (!found) continue;
			const candidate: Candidate = { attempt: found.attempt, tells: new Map([[mutantKey(mutant), found]]) };
			this.#cover.take(candidate);
			open.delete(mutantKey(mutant));
			this.#lookAgain(candidate, open);
		}
	}

	#stillOpen(open: ReadonlySet<string>): Mutant[] {
		return this.#mutants.filter((mutant) => open.has(mutantKey(mutant)));
	}

	#chooseNear(local: ReadonlySet<string>, open: Set<string>, divided: boolean): void {
		if (open.size === 0) return;
		const { policies } = this.#comparisons.subject.scenario;
		const candidates = nearCandidates({
			comparisons: this.#comparisons,
			objects: policies.filter(({ name }) => name === this.#policy).map(({ object }) => object),
			open: this.#stillOpen(open),
			isUsed: (pod) => this.#cover.isUsed(pod),
			...{ local, divided },
		});
		this.#cover.takeBest(candidates, open);
	}

	/** Of what was chosen for other policies, attempts at pods that this one or a mutant of it may select. */
	#nearby(): Candidate[] {
		const { world, subject } = this.#comparisons;
		const own = subject.scenario.policies.filter(({ name }) => name === this.#policy);
		const objects = [...own, ...this.#mutants].flatMap(({ object }) => object ?? []);
		const known = new Map<string, boolean>();
		const isNear = ({ kind, name }: { kind: string; name: string }): boolean => {
			const pod = kind === 'pod' ? world.pods[name] : undefined;
			if (!pod) return false;
			const near = known.get(name) ?? objects.some((object) => mayActOn(object, pod));
			known.set(name, near);
			return near;
		};
		return this.#cover.chosen.filter(({ attempt: { connection } }) => isNear(connection.from) || isNear(connection.to));
	}

	#lookAgain(candidate: Candidate, open: Set<string>): void {
		for (const mutant of this.#stillOpen(open)) {
			const found = this.#comparisons.look(candidate.attempt, mutant, true);
			if (!found) continue;
			candidate.tells.set(mutantKey(mutant), found);
			open.delete(mutantKey(mutant));
		}
	}
}
