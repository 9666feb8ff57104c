import type { Bug } from '../../src/cluster/netns/bugs/bug.ts';
import { createEmbeddedCluster } from '../../src/cluster/netns/embedded-cluster.ts';
import { ipFamilies } from '../../src/model/address.ts';
import type { Scenario } from '../../src/model/scenario.ts';
import { mutateScenario, scoreOf } from '../../src/mutate/mutate-scenario.ts';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';
import { attemptsOf, type GeneratedSet, generateSet } from './generate-set.ts';
import { caughtByHand } from './matrix-bugs.ts';
import { type PolicySet, policySetOf } from './policy-set.ts';
import { plansFor } from './run-sets.ts';

/** A shipped scenario with policies, and what generate makes of them. */
export interface MatrixSet {
	scenario: Scenario;
	set: PolicySet;
	/** Undefined: no path tells its policies from their mutants. */
	generated: GeneratedSet | undefined;
	/** It is so large on purpose that nothing is generated of it. */
	isLarge: boolean;
	/** Of the hand-written scenario. */
	byHand: { attempts: number; noticed: number; mutants: number };
	/** Why the generated scenario is not run. */
	unrun: string | undefined;
	/** That the hand-written scenario catches, without change and time. */
	bugs: readonly Bug[];
}

/** So many pods and endpoints the embedded cluster of a small machine has. */
const mostEnds = 120;

/** Sets that are large on purpose: what is generated of them grows with every peer. Characters. */
const mostText = 20_000;

const folders = ['scenarios/network-policy', 'scenarios/dns', 'scenarios/istio'];

/** Of the scenarios whose file contains `filter`. */
export async function readMatrixSets(filter: string): Promise<MatrixSet[]> {
	const { scenarios } = await readScenarios(folders);
	const wanted = scenarios.filter(({ file }) => file.includes(filter));
	const plans = plansFor(wanted);
	const caught = caughtByHand();
	const { known } = createEmbeddedCluster();
	const target = { families: ipFamilies, known };
	return wanted.flatMap((scenario, index) => {
		const set = policySetOf(scenario, target);
		const plan = plans[index];
		if (!set || !plan) return [];
		const isLarge = JSON.stringify(set.manifests).length > mostText;
		const generated = set.policies > 0 && !isLarge ? generateSet(set, target) : undefined;
		const { noticed, missed } = scoreOf(mutateScenario(scenario, target).mutants, false);
		return {
			...{ scenario, set, generated, isLarge, unrun: whyUnrun(generated), bugs: caught.get(scenario.name) ?? [] },
			byHand: { attempts: attemptsOf(plan), noticed, mutants: noticed + missed },
		};
	});
}

function whyUnrun(generated: GeneratedSet | undefined): string | undefined {
	if (!generated) return undefined;
	const [plan] = plansFor([generated.scenario]);
	if (plan?.skip !== undefined) return plan.skip;
	const { pods, external } = generated.scenario;
	const ends = Object.keys(pods).length + Object.keys(external).length;
	return ends > mostEnds ? `it has ${ends} pods and endpoints, too many for the embedded cluster here` : undefined;
}
