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

	it('lets no query out but those that are declared, through the real CoreDNS too; what can’t be shown is skipped by name', async () => {
		const { exitCode, verdicts, stderr } = await run(['scenarios/dns']);
		const cells = verdicts.scenarios.flatMap((scenario) => scenario.cells);
		const wrong = cells
			.filter((cell) => ['leak', 'broken', 'inconclusive'].includes(cell.verdict))
			.map(({ id, verdict, reasons }) => ({ id, verdict, reasons }));
		expect(wrong, stderr.slice(-2000)).to.deep.equal([]);
		expect(exitCode).to.equal(0);
		const skipped = cells.flatMap(({ id, verdict }) =>
			verdict === 'skipped' ? [id.split('/').slice(0, 2).join('/')] : [],
		);
		// docs/dns.md says why.
		expect(new Set(skipped)).to.deep.equal(
			new Set([
				'cluster-dns-denied/service-name',
				'cluster-names/aaaa',
				...['ipv6-resolver/dns', 'ipv6-resolver/free'],
				...['node-local-cache/dns', 'node-local-cache/free'],
			]),
		);
		const relayed = cells.filter(({ observed }) => observed.dns?.broughtBy.includes('kube-system/cluster-dns'));
		expect(relayed.map(({ verdict }) => verdict)).to.include.members(['unprotected', 'enforced']);
	});
});
