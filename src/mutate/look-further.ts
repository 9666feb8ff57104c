import { type CompiledPolicies, compilePolicies } from '../policy/compile-policies.ts';
import { inWorld, type MomentComparison } from './comparison.ts';
import { type FurtherWorld, furtherWorld } from './further-world.ts';
import { type Found, searchPaths } from './search.ts';
import type { MutantObject, Subject } from './subject.ts';
import { whatDiffers } from './what-differs.ts';

/** What pods and endpoints that nobody declared could tell of a mutant at one moment. */
export interface LookedFurther {
	found: Found | undefined;
	/** A path of which one side says nothing definite. */
	doubtful: Found | undefined;
	further: FurtherWorld;
	/** The policies there. */
	before: CompiledPolicies;
}

/** Undefined where the mutant changes nothing there. */
export function lookFurther(
	subject: Subject,
	mutant: MutantObject,
	{ moment, comparison }: { moment: number; comparison: MomentComparison },
): LookedFurther | undefined {
	const { gone, come, world } = comparison;
	const [one, other] = [gone[0], come[0]];
	const differing = one && other && one.metadata === other.metadata ? whatDiffers(one, other) : [...gone, ...come];
	const further = furtherWorld(world, differing, [...gone, ...come]);
	const state = subject.states[moment];
	if (!state) return undefined;
	const policies = [...state.policies.values()];
	const steps = [...state.policies.keys()].map((identity) => state.created.get(identity) ?? 0);
	const before = compilePolicies(policies, further.world, steps);
	const inside = inWorld(subject, mutant, moment, further.world, () => before);
	if (!inside) return undefined;
	const { pods, external } = subject.plan.workload;
	const { found, doubtful } = searchPaths({
		...{ comparison: inside, families: subject.families, listeners: { pods, external }, policies },
		within: ({ from, to }) => [from, to].some((end) => isFurther(end, further)),
	});
	return { found, doubtful, further, before };
}

function isFurther({ kind, name }: { kind: string; name: string }, { pods, external }: FurtherWorld): boolean {
	return kind === 'pod' ? pods.has(name) : kind === 'external' && external.has(name);
}
