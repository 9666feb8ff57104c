import { FurtherPods } from '../mutate/further-world.ts';
import { mutantsOf } from '../mutate/mutants-of.ts';
import type { Subject } from '../mutate/subject.ts';
import type { World } from '../policy/world.ts';
import { engineMistakesOf } from './engine-mistakes.ts';
import { examplesFor } from './examples.ts';
import type { GenerateInput } from './input.ts';

/** For one policy. */
const mostPods = 150;

export interface MadeUpPods {
	/** With every pod and endpoint that could be of use; most of them are not. */
	world: World;
	/** By policy: pods that it may have to do with. */
	local: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Pods that tell what policies say where those that are there don't. */
export function makeUpPods(input: GenerateInput, bare: Subject): MadeUpPods {
	const world = bare.timeline.moments.at(-1)?.world;
	if (!world) throw new Error('a timeline has a moment');
	const further = new FurtherPods(world, mostPods);
	// Engines that filter what goes to pods only.
	if (engineMistakesOf(bare.scenario).some(({ engine }) => engine === 'outside-unfiltered')) further.addElsewhere();
	const misplaced = mutantsOf(bare.scenario).filter(({ operator }) => operator === 'wrong-namespace');
	const local = new Map<string, Set<string>>();
	for (const { name, object } of input.policies) {
		const elsewhere = misplaced.flatMap((mutant) => (mutant.policy === name && mutant.object ? [mutant.object] : []));
		further.addFor([object, ...elsewhere], [object]);
		local.set(name, new Set([...further.mentioned, ...examplesFor(object, world)]));
	}
	return { world: further.made.world, local };
}
