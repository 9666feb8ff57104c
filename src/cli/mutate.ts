import { openCluster } from '../cluster/open-cluster.ts';
import { ipFamilies } from '../model/address.ts';
import type { MutatedScenario } from '../mutate/mutate-scenario.ts';
import { mutateScenario, scoreOf } from '../mutate/mutate-scenario.ts';
import { operators } from '../mutate/operators.ts';
import { positionInPolicy } from '../scenario/policy-positions.ts';
import type { Action } from './actions.ts';
import { describeMutation, describeTotal } from './describe-mutation.ts';
import { printDiagnostics } from './diagnostics.ts';
import { readPaths } from './read-paths.ts';

/** Needs no cluster: of the one that is named only what its definition says of addresses is used. */
export const mutate: Action<'mutate'> = async (context, args, flags) => {
	const { scenarios, diagnostics } = await readPaths(args);
	printDiagnostics(diagnostics, context);
	if (diagnostics.some(({ severity }) => severity === 'error')) return 64;
	const { known } = await openCluster(flags.cluster);
	const selected = scenarios.filter(
		({ tags }) => flags.tag.length === 0 || tags.some((tag) => flags.tag.includes(tag)),
	);
	const wanted = (id: string) => flags.mutant.length === 0 || flags.mutant.some((text) => id.includes(text));
	const target = { families: ipFamilies, known };
	const results: MutatedScenario[] = [];
	for (const scenario of selected) {
		const result = mutateScenario(scenario, target, { locate: positionInPolicy, wanted });
		results.push(result);
		if (!flags.json) context.stdout(describeMutation(result, flags));
	}
	if (flags.json) context.stdout(`${JSON.stringify(asJson(results, flags.strict), null, 2)}\n`);
	else context.stdout(describeTotal(results, flags.strict));
	const shares = results.flatMap(({ mutants }) => scoreOf(mutants, flags.strict).share ?? []);
	// Nothing was held against anything, which is no pass.
	if (shares.length === 0) return 2;
	return shares.every((share) => share * 100 >= flags.minScore) ? 0 : 1;
};

function asJson(results: readonly MutatedScenario[], strict: boolean) {
	return {
		schemaVersion: 1,
		operators,
		scenarios: results.map(({ mutants, ...result }) => ({
			...result,
			score: scoreOf(mutants, strict),
			mutants: mutants.map(({ mutant: { object: _, ...mutant }, fate }) => ({ ...mutant, fate })),
		})),
	};
}
