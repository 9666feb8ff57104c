import { expect } from 'chai';
import { findEnvoy } from '../../src/cluster/netns/envoy/envoy-binary.ts';
import { meshMatrix } from './support/mesh-matrix.ts';
import { runScenario } from './support/run-scenario.ts';

/** The evaluator and the embedded mesh share no code; each finds the other's mistakes. */
describe('every combination of PeerAuthentications on the embedded mesh', function () {
	this.timeout(300_000);
	before(function () {
		if (findEnvoy() === undefined) this.skip();
	});

	it('does to plaintext and mutual TLS what is predicted', async () => {
		const { text, combinations } = meshMatrix();
		expect(combinations).to.be.at.least(60);
		const { verdicts } = await runScenario(text);
		const cells = verdicts.scenarios.flatMap((scenario) => scenario.cells);
		const differing = cells.filter(({ verdict, diagnosis }) => verdict !== 'enforced' || diagnosis !== undefined);
		expect(differing.map(({ id, verdict, reasons }) => ({ id, verdict, reasons }))).to.deep.equal([]);
		expect(cells.length).to.equal((combinations + 1) * 5);
		expect(cells.filter(({ prediction }) => prediction.verdict === 'blocked').length).to.be.above(60);
	});
});
