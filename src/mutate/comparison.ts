import type { Prediction } from '../model/plan.ts';
import type { KubernetesObject } from '../model/policy.ts';
import { type ClusterState } from '../plan/cluster-state.ts';
import { statesOf } from '../plan/timeline.ts';
import { compareEnds } from '../policy/compare-ends.ts';
import type { CompiledPolicies } from '../policy/compile-policies.ts';
import type { Connection, World } from '../policy/world.ts';
import type { Mutant } from './mutant.ts';
import { compiledAt, compileState, type Subject, withMutant } from './subject.ts';
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
	before(connection: Connection): Verdict;
	after(connection: Connection): Verdict;
}

/** By moment; undefined where the mutant changes nothing that is in force then. */
export function compareMoments(subject: Subject, mutant: Mutant): (MomentComparison | undefined)[] {
	const { timeline, plan, scenario, states } = subject;
	const mutated = statesOf(timeline, plan, withMutant(scenario, mutant, subject.families));
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
	mutant: Mutant,
	moment: number,
	world: World,
	compileBefore: () => CompiledPolicies,
): MomentComparison | undefined {
	const { timeline, plan, scenario, states } = subject;
	const after = statesOf(timeline, plan, withMutant(scenario, mutant, subject.families))[moment];
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
	let after: CompiledPolicies | undefined;
	let before: CompiledPolicies | undefined;
	let ends: ReturnType<typeof compareEnds> | undefined;
	return {
		...{ world, gone, come },
		mayDiffer: (connection) => (ends ??= compareEnds(...reduced(gone, come), world))(connection),
		before: (connection) => (before ??= compileBefore()).verdict(connection),
		after: (connection) => (after ??= compileState(world, state)).verdict(connection),
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
