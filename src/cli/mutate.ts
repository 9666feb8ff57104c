import { openCluster } from '../cluster/open-cluster.ts';
import { ipFamilies } from '../model/address.ts';
import type { Scenario } from '../model/scenario.ts';
import { contradictionsIn } from '../mutate/contradictions.ts';
import type { MutatedScenario } from '../mutate/mutate-scenario.ts';
import { mutateScenario, scoreOf } from '../mutate/mutate-scenario.ts';
import { operators } from '../mutate/operators.ts';
import { positionInPolicy } from '../scenario/policy-positions.ts';
import type { Action } from './actions.ts';
import { describeMutation, describeTotal } from './describe-mutation.ts';
import { printDiagnostics } from './diagnostics.ts';
import { fixFile } from './fix-scenarios.ts';
import { readPaths } from './read-paths.ts';

const leftByFix = `What is still missing can’t be added by itself: another attempt names the target without a port, and would
attempt the new one too; or two would have one case id; or nothing is attempted at that time. Add it by hand.
`;

/** Needs no cluster: of the one that is named only what its definition says of addresses is used. */
export const mutate: Action<'mutate'> = async (context, args, flags) => {
	const { known } = await openCluster(flags.cluster);
	const wanted = (id: string) => flags.mutant.length === 0 || flags.mutant.some((text) => id.includes(text));
	const target = { families: ipFamilies, known };
	const mutated = (scenario: Scenario) => mutateScenario(scenario, target, { locate: positionInPolicy, wanted });
	const isSelected = ({ tags }: Scenario) => flags.tag.length === 0 || tags.some((tag) => flags.tag.includes(tag));
	const { scenarios: found, diagnostics } = await readPaths(args);
	printDiagnostics(diagnostics, context);
	if (diagnostics.some(({ severity }) => severity === 'error')) return 64;
	let scenarios = found.filter(isSelected);
	if (flags.fix) {
		const fixing = {
			mutate: mutated,
			contradictions: (scenario: Scenario) => contradictionsIn(scenario, target),
			selected: isSelected,
		};
		for (const file of new Set(scenarios.map(({ file }) => file))) {
			if (fixFile(file, fixing)) context.stderr(`changed ${file}\n`);
		}
		scenarios = (await readPaths(args)).scenarios.filter(isSelected);
	}
	const results: MutatedScenario[] = [];
	for (const scenario of scenarios) {
		const result = mutated(scenario);
		results.push(result);
		if (!flags.json) context.stdout(describeMutation(result, flags));
	}
	if (flags.json) context.stdout(`${JSON.stringify(asJson(results, flags.strict), null, 2)}\n`);
	else context.stdout(describeTotal(results, flags.strict));
	const isMissed = ({ mutants }: MutatedScenario) => mutants.some(({ fate }) => fate.is === 'missed');
	if (flags.fix && results.some(isMissed)) context.stderr(leftByFix);
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
