import { expect } from 'chai';
import { openCluster } from '../../src/cluster/open-cluster.ts';
import { compiledAt, subjectOf } from '../../src/mutate/subject.ts';
import { verdictsOf } from '../../src/plan/timeline.ts';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';

describe('the timeline of a plan', function () {
	this.timeout(120_000);

	it('gives every attempted cell of the catalogue the prediction that its plan has', async () => {
		const { scenarios } = await readScenarios(['scenarios']);
		const { known } = await openCluster('embedded');
		const rests: Record<string, number> = {};
		for (const scenario of scenarios) {
			const subject = subjectOf(scenario, { families: ['ipv4', 'ipv6'], known });
			for (const timed of subject.timeline.cells) {
				const { cell } = timed;
				const planned = cell.chaos?.expects.map((state) => (state === 'absent' ? 'unknown' : state));
				const verdicts = verdictsOf(timed, (moment, path) => compiledAt(subject, moment).verdict(path));
				expect(verdicts, cell.id).to.deep.equal(planned ?? [cell.prediction.verdict]);
				rests[timed.rests] = (rests[timed.rests] ?? 0) + 1;
			}
		}
		expect(rests['now']).to.be.greaterThan(2000);
		expect(rests['held']).to.be.greaterThan(10);
		expect(rests['chaos']).to.be.greaterThan(20);
	});
});
