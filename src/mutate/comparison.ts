import type { Prediction } from '../model/plan.ts';
import type { KubernetesObject } from '../model/policy.ts';
import { type ClusterState } from '../plan/cluster-state.ts';
import { statesOf } from '../plan/timeline.ts';
import { compareEnds } from '../policy/compare-ends.ts';
import type { CompiledPolicies } from '../policy/compile-policies.ts';
import type { PathEnds } from '../policy/plain-paths.ts';
import type { Connection, World } from '../policy/world.ts';
import { compiledAt, compileState, type MutantObject, type Subject, withMutant } from './subject.ts';
import { whatDiffers } from './what-differs.ts';

type Verdict = Prediction['verdict'];

/** What the policies mean beside what they would mean with one mutant, at one moment. */
export interface MomentComparison {
	world: World;
	/** In force on one side only. */
	gone: readonly KubernetesObject[];
	come: readonly KubernetesObject[];
	/** False: the same, whatever other policies say. */
	mayDiffer(connection: Connection): boolean;
	/** False: on no port. */
	mayDifferBetween(ends: PathEnds): boolean;
	/**
	 * The same text: on the same port both sides say the same as between the other ends, where the destinations have the
	 * same named ports. Undefined: more than rules decides.
	 */
	meaningBetween(ends: PathEnds): string | undefined;
	before(connection: Connection): Verdict;
	after(connection: Connection): Verdict;
}

/** By moment; undefined where the mutant changes nothing that is in force then. */
export function compareMoments(subject: Subject, mutant: MutantObject): (MomentComparison | undefined)[] {
	const { timeline, plan, scenario, states } = subject;
	const mutated = statesOf(timeline, plan, withMutant(scenario, mutant, subject.families), states[0]);
	return timeline.moments.map(({ world }, moment) => {
		const [before, after] = [states[moment], mutated[moment]];
		if (!before || !after) return undefined;
		const [gone, come] = [lacking(before, after), lacking(after, before)];
		if (gone.length === 0 && come.length === 0) return undefined;
		return compare({ gone, come }, world, () => compiledAt(subject, moment), after);
	});
}

/** The same in another world, with pods that nobody declared. */
export function inWorld(
	subject: Subject,
	mutant: MutantObject,
	moment: number,
	world: World,
	compileBefore: () => CompiledPolicies,
): MomentComparison | undefined {
	const { timeline, plan, scenario, states } = subject;
	const after = statesOf(timeline, plan, withMutant(scenario, mutant, subject.families), states[0])[moment];
	const before = states[moment];
	if (!before || !after) return undefined;
	return compare({ gone: lacking(before, after), come: lacking(after, before) }, world, compileBefore, after);
}

function compare(
	{ gone, come }: Pick<MomentComparison, 'gone' | 'come'>,
	world: World,
	compileBefore: () => CompiledPolicies,
	state: ClusterState,
): MomentComparison {
	const once = <T>(make: () => T): (() => T) => {
		let made: { value: T } | undefined;
		return () => (made ??= { value: make() }).value;
	};
	const [before, after] = [once(compileBefore), once(() => compileState(world, state))];
	const ends = once(() => compareEnds(...reduced(gone, come), world));
	return {
		...{ world, gone, come },
		mayDiffer: (connection) => ends().mayDiffer(connection),
		mayDifferBetween: (between) => ends().mayDifferBetween(between),
		meaningBetween: (between) => {
			const parts = [
				ends().differenceBetween(between),
				before().meaningBetween(between),
				after().meaningBetween(between),
			];
			return parts.includes(undefined) ? undefined : parts.join(' ');
		},
		before: (connection) => before().verdict(connection),
		after: (connection) => after().verdict(connection),
	};
}

function reduced(
	gone: readonly KubernetesObject[],
	come: readonly KubernetesObject[],
): [readonly KubernetesObject[], readonly KubernetesObject[]] {
	const [one, ...more] = gone;
	const [other, ...others] = come;
	const single = one && other && more.length + others.length === 0;
	if (!single || one.kind !== 'NetworkPolicy' || one.metadata !== other.metadata) return [gone, come];
	const [first, second] = whatDiffers(one, other);
	return [[first], [second]];
}

/** Objects of the one state that the other doesn't hold. */
function lacking({ policies }: ClusterState, { policies: others }: ClusterState): KubernetesObject[] {
	const there = new Set(others.values());
	return [...policies.values()].filter((object) => !there.has(object));
}
