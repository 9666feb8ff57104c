import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { CellVerdict } from '../../src/model/verdict.ts';
import { renderConsole } from '../../src/report/console.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { agentPids } from './support/agent-pids.ts';
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

describe('no packet leaves the embedded cluster', function () {
	this.timeout(60_000);

	it('a query to an address of the internet comes to us, and every packet that the node sends comes to an endpoint of ours', async () => {
		const run = randomBytes(4).toString('hex');
		const text = dnsScenario({
			pods: '    on-node: {namespace: other, hostNetwork: true}',
			attempts: `    - {kind: dns, from: client, via: external/google, over: [udp, tcp], query: {name: "$(token).$(external.google.zone)", type: TXT}, expect: blocked}`,
		}).replace('external: {outside: {}}', 'external: {google: {addresses: {ipv4: 8.8.8.8}}}');
		let devices: Record<string, [number, number]>[] = [];
		const { cell } = await runScenario(text, {
			run,
			// Between two epochs, when nothing is on its way.
			onProgress: ({ phase }) => {
				if (phase.startsWith('delete'))
					devices = ['on-node', 'client', 'free', 'google'].map((name) => devicesOf(run, name));
			},
		});
		expect(cell('google:53/dns-udp').verdict).to.equal('enforced');
		const [node = {}, ...endpoints] = devices;
		// The node has a device for each endpoint and a pair of its own; endpoints have one, which leads to the node.
		expect(Object.keys(node).filter((name) => !/^(lo|node[01]|[px]\d+)$/.test(name))).to.deep.equal([]);
		for (const endpoint of endpoints) expect(Object.keys(endpoint).sort()).to.deep.equal(['eth0', 'lo']);
		const towards = Object.entries(node).filter(([name]) => /^[px]\d+$/.test(name));
		expect(towards).to.have.length(endpoints.length);
		const sent = towards.reduce((sum, [, [, packets]]) => sum + packets, 0);
		const received = endpoints.reduce((sum, one) => sum + (one.eth0?.[0] ?? 0), 0);
		expect(sent).to.be.above(0);
		expect(received).to.equal(sent);
		expect(node.node0?.[1]).to.equal(node.node1?.[0]);
		expect(node.node1?.[1]).to.equal(node.node0?.[0]);
	});
});

/** Received and sent packets of each device that an agent of the run sees. */
function devicesOf(run: string, endpoint: string): Record<string, [number, number]> {
	const [pid] = agentPids(run, endpoint);
	const lines = readFileSync(`/proc/${pid}/net/dev`, 'utf8').trim().split('\n').slice(2);
	return Object.fromEntries(
		lines.map((line) => {
			const [name = '', ...counters] = line.trim().split(/[\s:]+/);
			return [name, [Number(counters[1]), Number(counters[9])]];
		}),
	);
}
