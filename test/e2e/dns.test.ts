import { expect } from 'chai';
import type { CellVerdict } from '../../src/model/verdict.ts';
import { renderConsole } from '../../src/report/console.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { allowDns, dnsScenario, outside } from './support/dns-scenario.ts';
import { runScenario } from './support/run-scenario.ts';

const direct = `    - {kind: dns, from: client, via: external/outside, over: [udp, tcp], ${outside}, expect: blocked}`;
const overUdp = 'client→external/outside:53/dns-udp';
const codes = ({ reasons }: CellVerdict) => reasons.map(({ code }) => code);

describe('DNS egress, on the embedded cluster', function () {
	this.timeout(60_000);

	it('three answers: a forbidden resolver, and one that is reached through the allowed cluster DNS', async () => {
		const { cell, verdicts } = await runScenario(
			dnsScenario({
				egress: allowDns,
				attempts: `${direct}\n    - {name: by-cluster, kind: dns, from: client, via: cluster, ${outside}, expect: unprotected, reason: recursion}`,
			}),
		);
		expect(cell(overUdp)).to.include({ verdict: 'enforced', proof: 'bracketed', diagnosis: undefined });
		expect(cell(overUdp).observed.dns).to.deep.include({ reach: 'no', resolve: 'no', carry: { out: 'no', in: 'no' } });
		const relayed = cell('by-cluster');
		expect(relayed.verdict).to.equal('unprotected');
		expect(relayed.findings.map(({ code }) => code)).to.include('dns-recursion');
		const { dns } = relayed.observed;
		expect(dns).to.deep.include({ reach: 'yes', resolve: 'yes', carry: { out: 'yes', in: 'yes' } });
		expect(dns?.broughtBy).to.deep.equal(['kube-system/cluster-dns']);
		// Three tries, each with a token of 24 characters and a label that demands the size.
		expect(dns?.bytes.out).to.be.at.least(3 * 24);
		expect(dns?.bytes.in).to.be.above(3 * 100);
		expect(dns?.perSecond.in).to.be.above(0);
		const told = 'reach 1 yes, 2 no; resolve 1 yes, 2 no; carry out 1 yes, 2 no; carry in 1 yes, 2 no';
		expect(renderConsole(verdicts, { colour: false, verbose: true, width: 200 })).to.include(told);
		expect(renderMarkdown(verdicts)).to.include(told);
	});

	it('a node that answers in the resolver’s place: no leak, and nothing is called enforced', async () => {
		const { cell } = await runScenario(dnsScenario({ attempts: direct }), {
			embedded: { inject: ['dns-intercepted'] },
		});
		expect(cell(overUdp).verdict).to.equal('inconclusive');
		expect(codes(cell(overUdp))).to.include('dns-answered-by-other');
		expect(cell(overUdp).observed.dns).to.deep.include({ reach: 'no', resolve: 'no' });
		expect(cell(overUdp).observed.dns?.carry?.out).to.equal('no');
	});

	it('a node that asks in the client’s place: a leak, with reach no and carry yes', async () => {
		const { cell } = await runScenario(dnsScenario({ attempts: direct }), { embedded: { inject: ['dns-proxied'] } });
		expect(cell(overUdp)).to.include({ verdict: 'leak', diagnosis: 'engine' });
		expect(codes(cell(overUdp))).to.include('leak-relayed');
		expect(cell(overUdp).observed.dns).to.deep.include({ reach: 'no', resolve: 'yes', broughtBy: ['node/a'] });
		expect(cell(overUdp).observed.dns?.carry).to.deep.equal({ out: 'yes', in: 'yes' });
	});

	it('a query that arrives and whose answer is dropped: a leak, with reach yes and resolve no', async () => {
		const { cell } = await runScenario(dnsScenario({ attempts: direct }), {
			embedded: { inject: ['dns-answers-dropped'] },
		});
		expect(cell(overUdp)).to.include({ verdict: 'leak', diagnosis: 'engine' });
		expect(codes(cell(overUdp))).to.deep.equal(['leak-delivered']);
		expect(cell(overUdp).observed.outcomes).to.deep.equal({ 'timed-out': 3 });
		expect(cell(overUdp).observed.dns).to.deep.include({ reach: 'yes', resolve: 'no', broughtBy: ['client'] });
		expect(cell(overUdp).observed.dns?.carry).to.deep.equal({ out: 'yes', in: 'no' });
	});

	it('what does not fit into UDP, under a rule for UDP alone: broken, explained, and the policy’s mistake', async () => {
		const { cell } = await runScenario(
			dnsScenario({
				egress: '[{ports: [{protocol: UDP, port: 53}]}]',
				attempts: `    - {kind: dns, from: client, via: external/outside, query: {name: "$(token).$(external.outside.zone)", type: TXT, size: 1500}, expect: allowed}`,
			}),
		);
		expect(cell(overUdp)).to.include({ verdict: 'broken', diagnosis: 'policy' });
		const [why] = cell(overUdp).reasons;
		expect(why?.code).to.equal('dns-truncated');
		expect(why?.text).to.include('an answer of 1500 bytes, over TCP: timed-out');
		expect(cell(overUdp).prediction.because.join()).to.include('does not fit into UDP');
	});

	it('an engine that loses the larger answers on its way: broken, and the engine’s mistake', async () => {
		const { cell } = await runScenario(
			dnsScenario({
				egress: '[{ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}]',
				attempts: `    - {kind: dns, from: client, via: external/outside, query: {name: "$(token).$(external.outside.zone)", type: TXT, size: 1500}, expect: allowed}`,
			}),
			{ tamper: 'insert rule inet {policy} to_pod tcp dport 53 ct state new drop\n' },
		);
		expect(cell(overUdp)).to.include({ verdict: 'broken', diagnosis: 'engine' });
	});

	it('an answer with another address than the cluster gave out is broken', async () => {
		const named = dnsScenario({
			egress: allowDns,
			pods: '    app: {namespace: shop, labels: {app: app}, listen: [80/tcp]}',
			attempts: `    - {kind: dns, from: client, via: cluster, query: {name: app.shop.svc.cluster.local}, expect: allowed}`,
		}).replace(
			'  external:',
			'  services: {app: {namespace: shop, selector: {app: app}, ports: [{port: 80}]}}\n  external:',
		);
		const { cell } = await runScenario(named);
		expect(cell('client→cluster')).to.include({ verdict: 'enforced', diagnosis: undefined });
		// What the history says of the Service is what counts.
		const lying = await runScenario(named, {
			wrap: (cluster) => ({
				...cluster,
				...{
					name: cluster.name,
					capabilities: cluster.capabilities,
					timing: cluster.timing,
					baseline: cluster.baseline,
				},
				parallelDeployments: 1,
				up: (signal) => cluster.up(signal),
				down: () => cluster.down(),
				deploy: async (...args) => {
					const deployment = await cluster.deploy(...args);
					const { services } = deployment;
					deployment.services = () =>
						services
							.call(deployment)
							.map((one) => (one.name === 'app' ? { ...one, addresses: { ipv4: '10.96.9.9' } } : one));
					return deployment;
				},
			}),
		});
		expect(lying.cell('client→cluster').verdict).to.equal('broken');
		expect(codes(lying.cell('client→cluster'))).to.deep.equal(['dns-wrong-answer']);
	});
});
