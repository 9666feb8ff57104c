import { expect } from 'chai';
import { describeFinding, repeatCommand } from '../fuzz/describe-finding.ts';
import { fuzz } from '../fuzz/fuzz.ts';
import { openFuzzCluster } from '../fuzz/open-fuzz-cluster.ts';
import { describeTally } from '../fuzz/tally.ts';
import { offlineEnvironment } from './support/offline.ts';

const seed = Number(process.env.GATECRASH_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const sets = Number(process.env.GATECRASH_FUZZ_SETS ?? 100);

describe('the fuzz, on kind with Calico', function () {
	this.timeout(1_200_000);

	it(`finds no difference between the evaluator and Calico in ${sets} policy sets (seed ${seed})`, async () => {
		const place = await openFuzzCluster('kind-calico', [], offlineEnvironment());
		try {
			const { tally, findings } = await fuzz({ ...place, seed, sets });
			process.stdout.write(`      ${describeTally(tally)}\n`);
			for (const finding of findings) {
				throw new Error(describeFinding(finding, repeatCommand(finding, 'kind-calico', place.setsPerTopology)));
			}
			expect(tally.sets).to.be.at.least(sets);
			const compared = tally.allowed + tally.blocked;
			expect(tally.blocked / compared, 'share of blocked paths').to.be.within(0.2, 0.8);
			expect(tally.unclear / compared, 'share of tries that say nothing').to.be.below(0.01);
		} finally {
			place.close();
		}
	});
});
