import { expect } from 'chai';
import { mutateScenario, scoreOf } from '../../src/mutate/mutate-scenario.ts';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';

describe('the shipped scenarios', function () {
	this.timeout(180_000);

	it('notice every mistake that an attempt between their pods can tell', async () => {
		const { scenarios } = await readScenarios(['scenarios']);
		const missed = scenarios.flatMap((scenario) => {
			const { mutants } = mutateScenario(scenario, { families: ['ipv4', 'ipv6'] });
			const ids = mutants.filter(({ fate }) => fate.is === 'missed').map(({ mutant }) => mutant.id);
			return (scoreOf(mutants, false).share ?? 1) < 1 ? [{ scenario: scenario.name, missed: ids.slice(0, 3) }] : [];
		});
		expect(scenarios.length).to.be.above(200);
		expect(missed, 'gatecrash mutate FILE --fix adds what is missing').to.deep.equal([]);
	});
});
