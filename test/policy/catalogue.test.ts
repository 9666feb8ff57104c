import { expect } from 'chai';
import { openCluster } from '../../src/cluster/open-cluster.ts';
import { capabilityNames } from '../../src/model/capability.ts';
import type { Scenario } from '../../src/model/scenario.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';

/** The third side of every shipped scenario: what its author declared is what its policies' text says. */
describe('predictions of the shipped catalogue', function () {
	this.timeout(120_000);
	let scenarios: Scenario[];
	before(async () => {
		// That every file is sound is the matter of test/scenario/catalogue.test.ts.
		({ scenarios } = await readScenarios(['scenarios']));
	});

	for (const name of ['embedded', 'kind-calico-dual-stack', 'kind-calico-two-nodes']) {
		it(`are what required scenarios declare, on ${name}`, async () => {
			const { known } = await openCluster(name);
			const target = { name, capabilities: new Set(capabilityNames), families: ['ipv4', 'ipv6'] as const, known };
			const { plan } = planScenarios(scenarios, target);
			const cells = plan.scenarios
				.filter(({ status }) => status === 'required')
				.flatMap((scenario) => scenario.cells)
				.filter(({ kind }) => kind !== 'dns')
				// Under chaos a path is meant to be this at one moment and that at another: test/plan/plan-chaos.test.ts has those.
				.filter(({ chaos }) => chaos === undefined)
				// What ambient mode makes of a connection is not evaluated; faults are no policies.
				.filter(({ id, skip }) => !id.startsWith('ambient-') && !skip?.startsWith('the fault'))
				.filter(({ expectation }) => expectation !== 'observe');
			// A declared hole is open; where it is that a forged identity counts, the request is predicted not to arrive clean.
			const declared = ({ expectation, forgedIdentity }: (typeof cells)[number]) => {
				if (expectation !== 'unprotected') return expectation;
				return forgedIdentity === undefined ? 'allowed' : 'blocked';
			};
			const differing = cells
				.filter((cell) => declared(cell) !== cell.prediction.verdict)
				// Where kind's own network puts the endpoints outside is only known when it is up.
				.filter(({ prediction }) => name === 'embedded' || prediction.verdict !== 'unknown')
				.map(({ id, expectation, prediction }) => ({ id, expectation, ...prediction }));
			expect(differing).to.deep.equal([]);
			expect(cells.length).to.be.greaterThan(800);
			expect(cells.filter(({ kind }) => kind !== 'connect').length).to.be.greaterThan(200);
		});
	}

	it('are what the scenarios of EKS declare, but for what AWS says against NetworkPolicy and for what no policy says', async () => {
		const { scenarios: ofEks } = await readScenarios(['scenarios/eks']);
		const { known } = await openCluster('kind-calico-two-nodes');
		const target = { name: 'eks', capabilities: new Set(capabilityNames), families: ['ipv4'] as const, known };
		const cells = planScenarios(ofEks, target).plan.scenarios.flatMap((scenario) => scenario.cells);
		const differing = cells.filter(
			({ expectation, prediction }) => (expectation === 'unprotected' ? 'allowed' : expectation) !== prediction.verdict,
		);
		// A pod without a policy is shut in strict mode only, a hop limit is no policy, and who never starts can't be reached.
		const excepted = /^eks-(strict-mode-without-policy|imds-hop-limit|security-group-absent)\//;
		expect(
			differing.filter(({ id }) => !excepted.test(id)).map(({ id, prediction }) => ({ id, prediction })),
		).to.deep.equal([]);
		expect(differing).to.have.length(4);
		expect(cells.length).to.be.above(180);
	});
});
