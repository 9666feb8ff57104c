import { mistakesOf } from './mistakes.ts';
import { mayActOn } from '../mutate/policy-parts.ts';
import { type MutationTarget, subjectOf } from '../mutate/subject.ts';
import { type Candidate, type Mistake, mistakeKey, type ChosenAttempts } from './chosen.ts';
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
	const { scenario } = comparisons.subject;
	const each = (mistakes: readonly Mistake[], then: (one: PolicyCover, local: ReadonlySet<string>) => void): void => {
		for (const { name } of input.policies) {
			const own = mistakes.filter(({ policy }) => policy === name);
			then(new PolicyCover(name, own, comparisons, cover), made.local.get(name) ?? new Set());
			comparisons.forget(own);
		}
	};
	const mistakes = mistakesOf(scenario);
	each(mistakes, (one, local) => one.choose(local));
	// What was chosen for one policy may do for an earlier one, too.
	each(mistakes, (one) => one.lookAtAll());
	return settle(cover, comparisons, { target, namespaces: Object.keys(input.namespaces) });
}

/** Chooses attempts for mistakes in one policy. */
class PolicyCover {
	readonly #policy: string;
	readonly #mistakes: readonly Mistake[];
	readonly #comparisons: MutantComparisons;
	readonly #cover: Cover;

	constructor(policy: string, mistakes: readonly Mistake[], comparisons: MutantComparisons, cover: Cover) {
		this.#policy = policy;
		this.#mistakes = mistakes;
		this.#comparisons = comparisons;
		this.#cover = cover;
	}

	/** All that each attempt tells, so that it is seen which are superfluous. */
	lookAtAll(): void {
		for (const chosen of this.#nearby()) this.#lookAt(chosen, this.#mistakes);
	}

	choose(local: ReadonlySet<string>): void {
		if (this.#open().length > 0) for (const chosen of this.#nearby()) this.#lookAt(chosen);
		this.#chooseNear(local, false);
		// Where the families differ an attempt can only follow the text.
		if (this.#comparisons.families.length > 1) this.#chooseNear(local, true);
		for (const mutant of this.#open()) {
			// Of an engine’s mistake one policy shows enough; which one is looked for in the end.
			if (mutant.engine !== undefined || this.#cover.isTold(mistakeKey(mutant))) continue;
			const found = this.#comparisons.search(mutant);
			if (!found) continue;
			const candidate: Candidate = { attempt: found.attempt, tells: new Map([[mistakeKey(mutant), found]]) };
			this.#cover.take(candidate);
			this.#lookAt(candidate);
		}
	}

	#open(): Mistake[] {
		return this.#mistakes.filter((mistake) => !this.#cover.isTold(mistakeKey(mistake)));
	}

	#chooseNear(local: ReadonlySet<string>, divided: boolean): void {
		const open = this.#open();
		if (open.length === 0) return;
		const { policies } = this.#comparisons.subject.scenario;
		const candidates = nearCandidates({
			comparisons: this.#comparisons,
			objects: policies.filter(({ name }) => name === this.#policy).map(({ object }) => object),
			isUsed: (pod) => this.#cover.isUsed(pod),
			...{ open, local, divided },
		});
		this.#cover.takeBest(candidates);
	}

	/** Of what was chosen for other policies, attempts at pods that this one or a mutant of it may select. */
	#nearby(): Candidate[] {
		const { world, subject } = this.#comparisons;
		const own = subject.scenario.policies.filter(({ name }) => name === this.#policy);
		const objects = [...own, ...this.#mistakes].flatMap(({ object }) => object ?? []);
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

	#lookAt(candidate: Candidate, mistakes: readonly Mistake[] = this.#open()): void {
		for (const mistake of mistakes) {
			if (candidate.tells.has(mistakeKey(mistake))) continue;
			const found = this.#comparisons.look(candidate.attempt, mistake, true);
			if (found) this.#cover.addTo(candidate, mistakeKey(mistake), found);
		}
	}
}
