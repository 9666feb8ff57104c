import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { compilePolicies } from '../../src/policy/compile-policies.ts';
import { policy, smallWorld } from './small-world.ts';

describe('table of predictions', () => {
	const deny = policy(
		'podSelector: {}\npolicyTypes: [Ingress]\ningress: [{from: [{podSelector: {}}], ports: [{port: http}]}]',
	);

	it('looks named ports up on each destination', () => {
		const table = compilePolicies([deny], smallWorld()).table(80, 'tcp', 'ipv4');
		expect(table.verdict('bare', 'web')).to.equal('allowed');
		expect(table.verdict('bare', 'api')).to.equal('blocked');
		expect(table.verdict('admin', 'web')).to.equal('blocked');
		expect(table.verdict('web', 'web')).to.equal('allowed');
		expect(table.verdict('api', 'api')).to.equal('open');
		expect(table.verdict('host-here', 'web')).to.equal('open');
	});

	it('says nothing of pods that a kind acts on that is not modelled', () => {
		const other = { ...deny, apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy' };
		const table = compilePolicies([other], smallWorld()).table(80, 'tcp', 'ipv4');
		expect(table.verdict('bare', 'web')).to.equal('unknown');
		expect(table.verdict('admin', 'resolver')).to.equal('allowed');
	});

	it('throws for a pod that it does not hold', () => {
		const table = compilePolicies([], smallWorld()).table(80, 'tcp', 'ipv4');
		expect(() => table.verdict('web', 'nobody')).to.throw('nobody');
	});

	it('of 1,000 pods and 200 policies takes little time and memory', function () {
		this.timeout(60_000);
		const script = new URL('../../scripts/bench-predictions.ts', import.meta.url).pathname;
		const out = execFileSync(process.execPath, ['--import', 'tsx', script, '1000'], { encoding: 'utf8' });
		const { cpu, peak, counts } = JSON.parse(out) as { cpu: number; peak: number; counts: Record<string, number> };
		// Processor time, with room for slow machines; `npm run bench` measures.
		expect(cpu).to.be.lessThan(10_000);
		expect(peak).to.be.lessThan(2 ** 30);
		expect(counts.allowed).to.be.greaterThan(100_000);
		expect(counts.blocked).to.be.greaterThan(100_000);
	});
});
