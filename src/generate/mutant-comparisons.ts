import type { IpFamily } from '../model/address.ts';
import { compareMoments, type MomentComparison } from '../mutate/comparison.ts';
import type { Attempt } from '../mutate/paths.ts';
import { type Found, lookAt, searchPaths } from '../mutate/search.ts';
import type { Subject } from '../mutate/subject.ts';
import { hasSidecar } from '../policy/mesh/capture.ts';
import type { World } from '../policy/world.ts';
import type { Mistake } from './chosen.ts';

/**
 * False: a client's sidecar accepts whatever the client sends as it is, and what becomes of it afterwards proves nothing
 * about a path that is closed. That it wraps it in mutual TLS can be attempted.
 */
export function isProvable({ connection: { from, attempted, protocol } }: Attempt, world: World): boolean {
	const client = from.kind === 'pod' ? world.pods[from.name] : undefined;
	return protocol !== 'tcp' || attempted?.kind !== 'connect' || !hasSidecar(client);
}

/** The mutants of one subject at its last moment, each compared once. */
export class MutantComparisons {
	readonly subject: Subject;
	readonly moment: number;
	readonly world: World;
	readonly families: readonly IpFamily[];
	readonly #known = new Map<Mistake, MomentComparison | undefined>();

	constructor(subject: Subject) {
		this.subject = subject;
		this.moment = subject.timeline.moments.length - 1;
		const last = subject.timeline.moments.at(-1);
		if (!last) throw new Error('a timeline has a moment');
		this.world = last.world;
		// Where no policy speaks of addresses all families are the same.
		const addressed = JSON.stringify(subject.scenario.policies.map(({ object }) => object)).includes('"ipBlock"');
		this.families = addressed ? subject.families : subject.families.slice(0, 1);
	}

	/** Undefined: it changes nothing that is in force. */
	of(mutant: Mistake): MomentComparison | undefined {
		if (!this.#known.has(mutant)) this.#known.set(mutant, compareMoments(this.subject, mutant)[this.moment]);
		return this.#known.get(mutant);
	}

	/** As `lookAt`, of ends between which the mistake may change nothing. */
	look(attempt: Attempt, mutant: Mistake, divided: boolean): Found | undefined {
		return this.of(mutant)?.mayDifferBetween(attempt.connection) ? this.lookAt(attempt, mutant, divided) : undefined;
	}

	/** What is written once holds for all families. `divided`: they may say different things. */
	lookAt(attempt: Attempt, mutant: Mistake, divided: boolean): Found | undefined {
		const comparison = this.of(mutant);
		const found = comparison && lookAt(attempt, comparison, this.families);
		return !divided && found?.everywhere === undefined ? undefined : found;
	}

	/** Any path between any pods: what several policies decide together may be out of sight of each. */
	search(mutant: Mistake): Found | undefined {
		const comparison = this.of(mutant);
		const state = this.subject.states[this.moment];
		if (!comparison || !state) return undefined;
		const { pods, external } = this.subject.plan.workload;
		const request = { comparison, families: this.families, listeners: { pods, external } };
		const isWanted = (attempt: Attempt): boolean => isProvable(attempt, this.world);
		return searchPaths({ ...request, isWanted, policies: [...state.policies.values()] }).found;
	}

	/** No longer needed: each holds all policies as they are with it. */
	forget(mutants: Iterable<Mistake>): void {
		for (const mutant of mutants) this.#known.delete(mutant);
	}
}
