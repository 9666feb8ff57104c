import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import { capabilityNames } from '../../src/model/capability.ts';
import type { Plan } from '../../src/model/plan.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';
import { matrixScenario } from '../../scripts/matrix-scenario.ts';
import { replied, simulate, timedOut } from './history-builder.ts';

/** The matrix of `npm run bench`, by classes. */
function sampledPlan(pods: number): Plan {
	const { scenarios } = parseScenarioText(matrixScenario(pods, 'matrix', 3), 'matrix.yaml', () => {
		throw new Error('there are no policy files');
	});
	const target = { name: 'embedded', capabilities: new Set(capabilityNames), families: ['ipv4'] as const };
	return planScenarios(scenarios, target).plan;
}

describe('a simulated run of a sampled matrix', () => {
	it('passes where the cluster does what is declared, and stands for every path', () => {
		const plan = sampledPlan(300);
		const { exitCode, counts, scenarios } = judge(plan, simulate(plan));
		const cells = scenarios.flatMap((scenario) => scenario.cells);
		expect(exitCode).to.equal(0);
		expect(counts.enforced + counts.observed).to.equal(cells.length);
		expect(cells.reduce((sum, { standsFor = 1 }) => sum + standsFor, 0)).to.equal(300 * 300 * 4);
	});

	it('leaks where one class of pods gets through, in each of its cells and in no other', () => {
		const plan = sampledPlan(60);
		const isOpen = (from: string, to: string) => from.startsWith('y-') && to.startsWith('z-') && to !== 'z-p0';
		const events = simulate(plan, {
			behave: ({ from, to, expectation }, purpose) =>
				purpose === 'declared' && expectation === 'blocked' && !isOpen(from.name, to.name) ? timedOut : replied,
		});
		const cells = judge(plan, events).scenarios.flatMap((scenario) => scenario.cells);
		const leaks = cells.filter(({ verdict }) => verdict === 'leak').map(({ id }) => id);
		const meant = plan.scenarios
			.flatMap((scenario) => scenario.cells)
			.filter(({ from, to }) => isOpen(from.name, to.name))
			.map(({ id }) => id);
		expect(leaks).to.deep.equal(meant).and.to.have.length.above(10);
	});
});
