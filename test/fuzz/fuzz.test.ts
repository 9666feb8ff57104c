import { expect } from 'chai';
import { describeFinding, repeatCommand } from './describe-finding.ts';
import { fuzz } from './fuzz.ts';
import { openFuzzCluster } from './open-fuzz-cluster.ts';
import { describeTally } from './tally.ts';

/** `GATECRASH_FUZZ_SEED=N npm test` repeats a run; otherwise every run tries something new. */
const seed = Number(process.env.GATECRASH_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const sets = Number(process.env.GATECRASH_FUZZ_SETS ?? 500);

describe('the fuzz', function () {
	this.timeout(600_000);

	it(`finds no difference between the evaluator and the kernel in ${sets} policy sets (seed ${seed})`, async () => {
		const place = await openFuzzCluster('embedded');
		const { tally, findings } = await fuzz({ ...place, seed, sets });
		process.stdout.write(`      ${describeTally(tally)}\n`);
		const { setsPerTopology } = place;
		for (const finding of findings) {
			throw new Error(describeFinding(finding, repeatCommand(finding, 'embedded', setsPerTopology)));
		}
		expect(tally.sets).to.be.at.least(sets);
		// A fuzz that sees one side only, or next to nothing, finds nothing.
		const compared = tally.allowed + tally.blocked;
		expect(tally.blocked / compared, 'share of blocked paths').to.be.within(0.2, 0.8);
		expect(compared / tally.sets, 'paths compared per set').to.be.above(80);
		expect(tally.unknown, 'paths of which the evaluator knows everything and says unknown').to.equal(0);
		expect(tally.unclear / compared, 'share of tries that say nothing').to.be.below(0.01);
	});
});
