import { expect } from 'chai';
import { planOfFolder, runPlan } from './support/run-plan.ts';

/** What of the EKS guides NetworkPolicy decides runs here; the rest needs what only EKS has, and says so. */
const everywhere = ['eks-guide-end-to-end', 'eks-many-ports', 'eks-metadata-by-address', 'eks-stars-demo'];

describe('the scenarios of EKS on the embedded cluster', function () {
	this.timeout(300_000);

	it('are as declared where they can run, each block with proof', async () => {
		const plan = await planOfFolder('scenarios/eks');
		const scenarios = plan.scenarios.filter(({ skip }) => skip === undefined);
		expect(scenarios.map(({ name }) => name).sort()).to.deep.equal(everywhere);
		const cells = (await runPlan({ ...plan, scenarios })).flatMap((scenario) => scenario.cells);
		expect(
			cells.filter(({ verdict }) => verdict !== 'enforced').map(({ id, reasons }) => ({ id, reasons })),
		).to.deep.equal([]);
		const blocked = cells.filter(({ expectation }) => expectation === 'blocked');
		expect(blocked.filter(({ proof }) => proof === 'none').map(({ id }) => id)).to.deep.equal([]);
		expect(blocked.length).to.be.above(90);
		// The evaluator and the embedded cluster share no code.
		expect(cells.filter(({ diagnosis }) => diagnosis !== undefined).map(({ id }) => id)).to.deep.equal([]);
	});

	it('are skipped elsewhere, each with what EKS has', async () => {
		const skipped = (await planOfFolder('scenarios/eks')).scenarios.filter(({ skip }) => skip !== undefined);
		expect(skipped.length).to.be.at.least(11);
		for (const { name, skip } of skipped) {
			expect(skip, name).to.match(/^needs .*, which embedded does not have\. EKS has /);
			const needed = /^needs (.*), which/.exec(skip ?? '')?.[1]?.split(', ') ?? [];
			for (const word of needed.filter((one) => one !== 'cross-node')) expect(skip, name).to.include(`EKS has ${word}`);
		}
	});
});
