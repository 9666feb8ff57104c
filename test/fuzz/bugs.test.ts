import { expect } from 'chai';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';
import type { Finding } from './batch.ts';
import { repeatCommand } from './describe-finding.ts';
import { fuzz } from './fuzz.ts';
import { openFuzzCluster } from './open-fuzz-cluster.ts';
import { reproducer } from './reproducer.ts';

/** What the fuzz finds on a cluster that enforces wrongly on purpose. */
async function findingOf(bug: string, options: { seed: number; path?: string }): Promise<Finding> {
	const place = await openFuzzCluster('embedded', [bug]);
	const { findings, tally } = await fuzz({
		...place,
		...options,
		sets: 150,
		setsPerTopology: 50,
		lanes: 1,
		shrinkFor: 20_000,
	});
	const [finding] = findings;
	if (!finding) throw new Error(`${bug} was not noticed in ${tally.sets} policy sets`);
	return finding;
}

describe('the fuzz, on an engine that is wrong', function () {
	this.timeout(400_000);

	it('finds a bug of one address family, and makes the case small', async () => {
		const finding = await findingOf('ipv6-unfiltered', { seed: 1 });
		expect(finding.repeats).to.equal(true);
		expect(new Set(finding.differences.map(({ cell }) => cell.family))).to.deep.equal(new Set(['ipv6']));
		expect(finding.differences[0]?.cell.prediction.verdict).to.equal('blocked');
		expect(finding.found.before).to.deep.equal([]);
		expect(finding.found.policies.length).to.be.within(1, 2);
	});

	it('finds a leak, repeats it by its path, and writes it as a scenario', async () => {
		const finding = await findingOf('except-ignored', { seed: 2 });
		const { seed, path, found } = finding;
		expect(JSON.stringify(found)).to.contain('"except"');
		expect(finding.differences.map(({ observed }) => observed)).to.include('replied');
		const again = await findingOf('except-ignored', { seed, path });
		// A slow machine may have had no time to make it quite as small the first time.
		expect(JSON.stringify(again.found).length).to.be.at.most(JSON.stringify(found).length);
		expect(JSON.stringify(again.found)).to.contain('"except"');
		const text = reproducer(finding, repeatCommand(finding, 'embedded', 25));
		const { scenarios, diagnostics } = parseScenarioText(text, 'found.yaml', () => {
			throw new Error('no file is named');
		});
		expect(diagnostics.filter(({ severity }) => severity === 'error')).to.deep.equal([]);
		expect(scenarios[0]?.attempts[0]?.expect).to.equal('blocked');
	});

	it('finds a bug that needs a change of policies to show', async () => {
		const finding = await findingOf('deleted-policy-stays', { seed: 3 });
		expect(finding.differences[0]?.observed).to.equal('shut');
	});
});
