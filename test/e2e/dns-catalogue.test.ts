import { expect } from 'chai';
import { planOfFolder, runPlan } from './support/run-plan.ts';

describe('the scenarios of DNS on the embedded cluster', function () {
	this.timeout(600_000);

	it('are as declared, each block with proof, and none is skipped', async () => {
		const plan = await planOfFolder('scenarios/dns');
		expect(plan.scenarios.length).to.be.at.least(30);
		const cells = (await runPlan(plan)).flatMap((scenario) => scenario.cells);
		const wrong = cells.filter(({ verdict }) => ['leak', 'broken', 'inconclusive', 'skipped'].includes(verdict));
		expect(wrong.map(({ id, verdict, reasons }) => ({ id, verdict, reasons }))).to.deep.equal([]);
		const blocked = cells.filter(({ expectation, verdict }) => expectation === 'blocked' && verdict === 'enforced');
		expect(blocked.filter(({ proof }) => proof === 'none').map(({ id }) => id)).to.deep.equal([]);
		expect(blocked.length).to.be.above(120);
		const holes = cells.filter(({ expectation }) => expectation === 'unprotected');
		expect(holes.filter(({ verdict }) => verdict !== 'unprotected').map(({ id }) => id)).to.deep.equal([]);
		expect(holes.length).to.be.above(20);
		// The evaluator and the embedded cluster share no code.
		expect(cells.filter(({ diagnosis }) => diagnosis !== undefined).map(({ id }) => id)).to.deep.equal([]);
		// What is forbidden reaches nobody, and carries nothing.
		for (const { id, observed } of blocked) {
			if (observed.dns) expect({ id, ...observed.dns }).to.deep.include({ reach: 'no', resolve: 'no', broughtBy: [] });
		}
	});
});
