import { expect } from 'chai';
import { findEnvoy } from '../../src/cluster/netns/envoy/envoy-binary.ts';
import { planOfFolder, runPlan } from './support/run-plan.ts';

describe('the scenarios of Istio on the embedded mesh', function () {
	this.timeout(600_000);
	before(function () {
		if (findEnvoy() === undefined) this.skip();
	});

	it('are as declared, each block with proof, and what cannot run here is skipped by name', async () => {
		const plan = await planOfFolder('scenarios/istio');
		const cells = (await runPlan(plan)).flatMap((scenario) => scenario.cells);

		const wrong = cells.filter(({ verdict }) => ['leak', 'broken', 'inconclusive'].includes(verdict));
		expect(wrong.map(({ id, verdict, reasons }) => ({ id, verdict, reasons }))).to.deep.equal([]);
		const blocked = cells.filter(({ expectation, verdict }) => expectation === 'blocked' && verdict === 'enforced');
		expect(blocked.filter(({ proof }) => proof === 'none').map(({ id }) => id)).to.deep.equal([]);
		expect(blocked.length).to.be.above(120);
		// Each declared hole is one.
		const holes = cells.filter(({ expectation, verdict }) => expectation === 'unprotected' && verdict !== 'skipped');
		expect(holes.filter(({ verdict }) => verdict !== 'unprotected').map(({ id }) => id)).to.deep.equal([]);
		expect(holes.length).to.be.above(30);
		// The evaluator and the embedded mesh share no code.
		const differing = cells.filter(({ diagnosis }) => diagnosis !== undefined);
		expect(differing.map(({ id, diagnosis }) => ({ id, diagnosis }))).to.deep.equal([]);
		const skipped = new Set(cells.filter(({ verdict }) => verdict === 'skipped').map(({ scenario }) => scenario));
		expect([...skipped].sort()).to.deep.equal([
			...['ambient-several-ports', 'ambient-strict', 'istio-csr-certificates', 'mesh-kubelet-probes'],
			'private-ca-certificates',
		]);
	});
});
