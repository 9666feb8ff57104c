import type { IpFamily } from '../model/address.ts';
import type { KubernetesObject } from '../model/policy.ts';
import { compareMoments, type MomentComparison } from '../mutate/comparison.ts';
import { FurtherPods } from '../mutate/further-world.ts';
import type { Mutant } from '../mutate/mutant.ts';
import { mutantsOf } from '../mutate/mutants-of.ts';
import { type Attempt, attemptsBetween, type Ends, endsOf, isMeshed } from '../mutate/paths.ts';
import { mayActOn } from '../mutate/policy-parts.ts';
import { tellingPorts } from '../mutate/ports.ts';
import { targetText } from '../mutate/remedy.ts';
import { type Found, lookAt, searchPaths } from '../mutate/search.ts';
import { compiledAt, type MutationTarget, type Subject, subjectOf } from '../mutate/subject.ts';
import type { World } from '../policy/world.ts';
import { examplesFor } from './examples.ts';
import { draftScenario } from './draft-scenario.ts';
import type { GenerateInput } from './input.ts';

/** An attempt that is worth making, with what it is by the policies. */
export interface ChosenAttempt {
	found: Found;
	/** Why the path is what it is. */
	because: string[];
	/** Mutants that it tells. */
	tells: Mutant[];
}

export interface ChosenAttempts {
	/** With every pod that could be of use; most of them are not. */
	subject: Subject;
	chosen: ChosenAttempt[];
	/** Which no path of these told. */
	untold: Mutant[];
	/** How many were held against paths. */
	mutants: number;
}

/** Made up for one policy. */
const mostPods = 150;

/**
 * Few attempts that tell every mutant of the policies that some path can tell: for each policy those that tell most first,
 * beginning with what was chosen for others, in the end without those that the others make superfluous. Pods that are
 * missing for it are made up. Greedy: not the smallest set, which is a hard problem (set cover), but within a logarithm.
 */
export function chooseAttempts(input: GenerateInput, target: MutationTarget): ChosenAttempts {
	const bare = subjectOf(draftScenario(input), target);
	const world = bare.timeline.moments.at(-1)?.world;
	if (!world) throw new Error('a timeline has a moment');
	const further = new FurtherPods(world, mostPods);
	const misplaced = mutantsOf(bare.scenario).filter(({ operator }) => operator === 'wrong-namespace');
	const local = new Map<string, Set<string>>();
	for (const { name, object } of input.policies) {
		const elsewhere = misplaced.flatMap((mutant) => (mutant.policy === name && mutant.object ? [mutant.object] : []));
		further.addFor([object, ...elsewhere], [object]);
		local.set(name, new Set([...further.mentioned, ...examplesFor(object, world)]));
	}
	const subject = subjectOf(draftScenario(input, further.made.world), target);
	const chooser = new Chooser(subject, input, local);
	for (const { name } of input.policies) chooser.choose(name);
	chooser.prune();
	return chooser.result();
}

interface Candidate {
	attempt: Attempt;
	tells: Map<Mutant, Found>;
}

class Chooser {
	readonly #subject: Subject;
	readonly #families: readonly IpFamily[];
	readonly #local: ReadonlyMap<string, ReadonlySet<string>>;
	readonly #mutants = new Map<string, Mutant[]>();
	readonly #comparisons = new Map<Mutant, MomentComparison | undefined>();
	readonly #used: Set<string>;
	readonly #listened = new Set<string>();
	readonly #chosen: Candidate[] = [];
	#untold: Mutant[] = [];
	readonly #all: number;

	constructor(subject: Subject, input: GenerateInput, local: ReadonlyMap<string, ReadonlySet<string>>) {
		this.#subject = subject;
		// Where no policy speaks of addresses all families are the same.
		const addressed = JSON.stringify(input.policies).includes('"ipBlock"');
		this.#families = addressed ? subject.families : subject.families.slice(0, 1);
		this.#local = local;
		this.#used = new Set(Object.keys(input.pods));
		const mutants = mutantsOf(subject.scenario);
		this.#all = mutants.length;
		for (const mutant of mutants)
			this.#mutants.set(mutant.policy, [...(this.#mutants.get(mutant.policy) ?? []), mutant]);
	}

	/** Attempts for the mutants of one policy that nothing tells yet. */
	choose(policy: string): void {
		const open = new Set(this.#mutants.get(policy) ?? []);
		for (const chosen of this.#chosen) for (const mutant of this.#told(chosen, open)) open.delete(mutant);
		if (open.size === 0) return;
		this.#cover(policy, open, false);
		// Where the families differ an attempt can only follow the text.
		if (open.size > 0 && this.#families.length > 1) this.#cover(policy, open, true);
		for (const mutant of open) {
			const candidate = this.#searchAll(mutant);
			if (!candidate) continue;
			this.#take(candidate);
			for (const told of [mutant, ...this.#told(candidate, open)]) open.delete(told);
		}
		this.#untold.push(...open);
	}

	#cover(policy: string, open: Set<Mutant>, divided: boolean): void {
		const candidates = this.#candidates(policy, open, divided);
		while (open.size > 0) {
			const best = this.#best(candidates, open);
			if (!best) break;
			this.#take(best);
			for (const mutant of best.tells.keys()) open.delete(mutant);
		}
	}

	/** Leaves out what others make superfluous, those first that tell least. */
	prune(): void {
		const told = new Map<Mutant, number>();
		for (const { tells } of this.#chosen)
			for (const mutant of tells.keys()) told.set(mutant, (told.get(mutant) ?? 0) + 1);
		for (const candidate of this.#chosen.toSorted((one, other) => one.tells.size - other.tells.size)) {
			const mutants = [...candidate.tells.keys()];
			if (mutants.some((mutant) => told.get(mutant) === 1)) continue;
			for (const mutant of mutants) told.set(mutant, (told.get(mutant) ?? 0) - 1);
			this.#chosen.splice(this.#chosen.indexOf(candidate), 1);
		}
	}

	result(): ChosenAttempts {
		const compiled = compiledAt(this.#subject, this.#moment);
		const chosen = this.#chosen.flatMap(({ attempt, tells }): ChosenAttempt[] => {
			const [found] = tells.values();
			if (!found) return [];
			const { because } = compiled.predict({ ...attempt.connection, family: found.family });
			return [{ found, because, tells: [...tells.keys()] }];
		});
		return { subject: this.#subject, chosen, untold: this.#untold, mutants: this.#all };
	}

	get #moment(): number {
		return this.#subject.timeline.moments.length - 1;
	}

	#comparison(mutant: Mutant): MomentComparison | undefined {
		if (!this.#comparisons.has(mutant)) {
			this.#comparisons.set(mutant, compareMoments(this.#subject, mutant)[this.#moment]);
		}
		return this.#comparisons.get(mutant);
	}

	/** Of a candidate that was chosen for another policy. */
	#told(candidate: Candidate, open: ReadonlySet<Mutant>): Mutant[] {
		const { from, to } = candidate.attempt.connection;
		const { world } = this.#comparison([...open][0] as Mutant) ?? {};
		const pods = [from, to].flatMap(({ kind, name }) => (kind === 'pod' ? (world?.pods[name] ?? []) : []));
		return [...open].filter((mutant) => {
			const comparison = this.#comparison(mutant);
			if (!comparison) return false;
			const objects = [...comparison.gone, ...comparison.come];
			if (!objects.some((object) => pods.some((pod) => mayActOn(object, pod)))) return false;
			const found = this.#look(candidate.attempt, comparison, true);
			if (found) candidate.tells.set(mutant, found);
			return found !== undefined;
		});
	}

	/** What is written once holds for all families. `divided`: they may say different things. */
	#look(attempt: Attempt, comparison: MomentComparison, divided: boolean): Found | undefined {
		const found = lookAt(attempt, comparison, this.#families);
		return !divided && found?.everywhere === undefined ? undefined : found;
	}

	#candidates(policy: string, open: ReadonlySet<Mutant>, divided: boolean): Candidate[] {
		const world = this.#subject.timeline.moments[this.#moment]?.world;
		const local = this.#local.get(policy);
		const objects = this.#subject.scenario.policies.filter(({ name }) => name === policy).map(({ object }) => object);
		if (!world || !local) return [];
		const meshed = isMeshed(world);
		const differing = [...open].flatMap((mutant) => mutant.object ?? []);
		const telling = tellingPorts([...objects, ...differing.filter(({ kind }) => kind !== 'NetworkPolicy')]);
		const { pods, external } = this.#subject.plan.workload;
		const isLocal = ({ kind, name }: { kind: string; name: string }): boolean => kind !== 'pod' || local.has(name);
		const near = {
			...world,
			pods: Object.fromEntries([...local].flatMap((name) => (world.pods[name] ? [[name, world.pods[name]]] : []))),
		};
		// What says nothing of SCTP treats it as UDP.
		const speaksSctp = JSON.stringify(objects).includes('SCTP');
		const candidates: Candidate[] = [];
		const worthwhile = this.#worthwhile(objects, local, world);
		const all = endsOf(meshed ? world : near).filter(({ from, to }) => isLocal(from) && isLocal(to));
		for (const ends of meshed ? all : all.filter(worthwhile)) {
			const subjects = [ends.from, ends.to].flatMap(({ kind, name }) =>
				kind === 'pod' ? (world.pods[name] ?? []) : [],
			);
			const acting = [...open].filter((mutant) => {
				const both = [...objects, ...(mutant.object ? [mutant.object] : [])];
				return both.some((object) => subjects.some((pod) => mayActOn(object, pod)));
			});
			if (acting.length === 0) continue;
			for (const tier of speaksSctp ? (['listened', 'likely', 'rare'] as const) : (['listened', 'likely'] as const)) {
				for (const attempt of attemptsBetween(ends, world, { pods, external }, { telling, tier })) {
					const tells = new Map<Mutant, Found>();
					for (const mutant of acting) {
						const comparison = this.#comparison(mutant);
						const found = comparison && this.#look(attempt, comparison, divided);
						if (found) tells.set(mutant, found);
					}
					if (tells.size > 0) candidates.push({ attempt, tells });
				}
			}
		}
		return candidates;
	}

	/**
	 * Whom a policy selects is told by all that it may select and a few others; what it says of others by one or two that
	 * it selects and all others.
	 */
	#worthwhile(objects: readonly KubernetesObject[], local: ReadonlySet<string>, world: World): (ends: Ends) => boolean {
		const names = [...local].toSorted((one, other) => Number(this.#used.has(other)) - Number(this.#used.has(one)));
		const selected = names.filter((name) => {
			const pod = world.pods[name];
			return pod !== undefined && objects.some((object) => mayActOn(object, pod));
		});
		const subjects = new Set(selected.slice(0, 2));
		const few = new Set([...subjects, ...names.filter((name) => !selected.includes(name)).slice(0, 5)]);
		const isOutside = ({ kind }: { kind: string }) => kind !== 'pod';
		return ({ from, to }) =>
			[from, to].some(({ name }) => subjects.has(name)) ||
			([from, to].every((end) => isOutside(end) || few.has(end.name) || selected.includes(end.name)) &&
				[from, to].some((end) => few.has(end.name)));
	}

	/** Any path between any pods: what several policies decide together may be out of sight of each. */
	#searchAll(mutant: Mutant): Candidate | undefined {
		const comparison = this.#comparison(mutant);
		const state = this.#subject.states[this.#moment];
		if (!comparison || !state) return undefined;
		const { pods, external } = this.#subject.plan.workload;
		const { found } = searchPaths({
			...{ comparison, families: this.#families, listeners: { pods, external } },
			policies: [...state.policies.values()],
		});
		return found && { attempt: found.attempt, tells: new Map([[mutant, found]]) };
	}

	#best(candidates: readonly Candidate[], open: ReadonlySet<Mutant>): Candidate | undefined {
		let best: Candidate | undefined;
		let most = 0;
		for (const candidate of candidates) {
			let gain = 0;
			for (const mutant of candidate.tells.keys()) if (open.has(mutant)) gain += 1;
			// Of two that tell as much, the one for which less has to be made up.
			const value = gain === 0 ? 0 : gain - Math.min(0.9, this.#cost(candidate.attempt) / 100);
			if (value > most) [best, most] = [candidate, value];
		}
		return best;
	}

	#cost({ connection: { from, to, port, protocol }, listened }: Attempt): number {
		const made = [from, to].filter(({ kind, name }) => kind !== 'service' && !this.#used.has(name)).length;
		const listens = listened || this.#listened.has(targetText(to, port, protocol)) ? 0 : 5;
		return made * 20 + listens + (protocol === 'sctp' ? 30 : protocol === 'udp' ? 1 : 0);
	}

	#take(candidate: Candidate): void {
		const { from, to, port, protocol } = candidate.attempt.connection;
		this.#used.add(from.name).add(to.name);
		this.#listened.add(targetText(to, port, protocol));
		this.#chosen.push(candidate);
	}
}
