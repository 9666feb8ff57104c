import { expect } from 'chai';
import { attemptsOf, type GeneratedSet, generateSet } from '../../scripts/generate-matrix/generate-set.ts';
import { caughtByHand } from '../../scripts/generate-matrix/matrix-bugs.ts';
import { policySetOf } from '../../scripts/generate-matrix/policy-set.ts';
import { plansFor } from '../../scripts/generate-matrix/run-sets.ts';
import { runPlan } from '../../scripts/bug-matrix/run-plan.ts';
import { createEmbeddedCluster } from '../../src/cluster/netns/embedded-cluster.ts';
import { ipFamilies } from '../../src/model/address.ts';
import type { ScenarioPlan } from '../../src/model/plan.ts';
import type { ScenarioVerdict } from '../../src/model/verdict.ts';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';
import { root } from '../cli/sandbox.ts';

/** Policy sets, each with a bug that its hand-written scenario catches; `npm run generate-matrix` takes all. */
const sets: Record<string, string> = {
	'deny-all-ingress': 'udp-unfiltered',
	'end-port': 'end-port-one-too-many',
	'end-port-wide': 'end-port-clipped',
	'named-port': 'named-port-of-first-pod',
	'allow-from-pod-in-namespace': 'both-selectors-or',
};

describe('scenarios that are generated from shipped policies', function () {
	this.timeout(120_000);
	const made = new Map<string, { generated: GeneratedSet; byHand: ScenarioPlan; plan: ScenarioPlan }>();

	before(async () => {
		const { known } = createEmbeddedCluster();
		for (const name of Object.keys(sets)) {
			const { scenarios } = await readScenarios([`${root}/scenarios/network-policy/${name}.yaml`]);
			const [scenario] = scenarios;
			const target = { families: ipFamilies, known };
			const set = scenario && policySetOf(scenario, target);
			const generated = set && generateSet(set, target);
			const [byHand] = plansFor(scenarios);
			const [plan] = generated ? plansFor([generated.scenario]) : [];
			if (!generated || !byHand || !plan) throw new Error(`nothing was generated from ${name}`);
			made.set(name, { generated, byHand, plan });
		}
	});

	const run = async (names: string[], inject: string[]): Promise<ScenarioVerdict[]> =>
		runPlan(
			names.flatMap((name) => made.get(name)?.plan ?? []),
			createEmbeddedCluster({ inject }),
		);

	it('are enforced as they say by an engine that makes no mistake', async () => {
		const verdicts = await run(Object.keys(sets), []);
		expect(verdicts.map(({ scenario, verdict }) => `${scenario} ${verdict}`)).to.deep.equal(
			Object.keys(sets).map((name) => `${name} enforced`),
		);
		for (const { counts, scenario } of verdicts) expect(counts.enforced, scenario).to.be.greaterThan(3);
	});

	for (const [name, bug] of Object.entries(sets)) {
		it(`${name}: catches ${bug}, as the hand-written one does`, async () => {
			expect(
				caughtByHand()
					.get(name)
					?.map((one) => one.name),
			).to.include(bug);
			const [verdict] = await run([name], [bug]);
			expect((verdict?.counts.leak ?? 0) + (verdict?.counts.broken ?? 0)).to.be.greaterThan(0);
		});
	}

	it('notice every mutant, with hardly more attempts than are written by hand', () => {
		for (const [name, { generated, byHand }] of made) {
			expect(generated.untold, name).to.equal(0);
			expect(generated.attempts, name).to.be.at.most(attemptsOf(byHand) + 2);
		}
	});
});
