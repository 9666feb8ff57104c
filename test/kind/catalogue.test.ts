import { expect } from 'chai';
import { run } from './support/gatecrash.ts';

describe('the catalogue on kind-calico', function () {
	this.timeout(1_200_000);

	it('is enforced by Calico, all that is required', async () => {
		const { exitCode, verdicts, stderr } = await run(['scenarios/network-policy']);
		const wrong = verdicts.scenarios
			.flatMap((scenario) => scenario.cells)
			.filter((cell) => ['leak', 'broken', 'inconclusive'].includes(cell.verdict))
			.map(({ id, verdict, reasons }) => ({ id, verdict, reasons }));
		expect(wrong, stderr.slice(-2000)).to.deep.equal([]);
		expect(exitCode).to.equal(0);
		expect(verdicts.counts.enforced).to.be.greaterThan(400);
	});
});
