import { expect } from 'chai';
import type { CellVerdict, ScenarioVerdict } from '../../src/model/verdict.ts';
import { planOfFolder, runPlan } from './support/run-plan.ts';

const cellsOf = (scenarios: ScenarioVerdict[]): CellVerdict[] => scenarios.flatMap(({ cells }) => cells);

describe('the catalogue on the embedded cluster', function () {
	this.timeout(600_000);

	it('is enforced, each block with proof, and what cannot run here is skipped by name', async () => {
		const plan = await planOfFolder('scenarios/network-policy');
		const cells = cellsOf(await runPlan(plan));

		const wrong = cells.filter(({ verdict }) => ['leak', 'broken', 'inconclusive'].includes(verdict));
		expect(wrong.map(({ id, verdict, reasons }) => ({ id, verdict, reasons }))).to.deep.equal([]);
		const blocked = cells.filter(({ expectation, verdict }) => expectation === 'blocked' && verdict === 'enforced');
		expect(blocked.filter(({ proof }) => proof === 'none').map(({ id }) => id)).to.deep.equal([]);
		expect(blocked.length).to.be.above(900);
		const skipped = new Set(cells.filter(({ verdict }) => verdict === 'skipped').map(({ scenario }) => scenario));
		expect([...skipped].sort()).to.deep.equal(
			plan.scenarios
				.filter(({ skip }) => skip)
				.map(({ name }) => name)
				.sort(),
		);
		expect([...skipped]).to.include.members(['cross-node', 'kubelet-probes', 'load-balancer', 'sctp-only']);
	});
});
