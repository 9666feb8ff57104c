import { expect } from 'chai';
import type { Cell, ScenarioPlan } from '../../src/model/plan.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';
import { allowDns, dnsScenario } from '../e2e/support/dns-scenario.ts';

function planned(
	text: string,
	capabilities = ['network-policy', 'ipv4', 'external', 'cluster-dns', 'metadata'],
): ScenarioPlan {
	const { scenarios } = parseScenarioText(text, 'dns.yaml', () => {
		throw new Error('no files');
	});
	const { plan } = planScenarios(scenarios, {
		...{ name: 'test', capabilities: new Set(capabilities as never[]), families: ['ipv4'] as const },
	});
	const [scenario] = plan.scenarios;
	if (!scenario) throw new Error('no scenario');
	return scenario;
}

const query = 'query: {name: "$(token).$(external.outside.zone)", type: TXT, size: 1500}';
const cells = (attempts: string, egress = '[]'): Cell[] => planned(dnsScenario({ attempts, egress })).cells;

describe('plans of DNS queries', () => {
	it('have a cell for each transport, with the port and protocol that it has by custom, and a stable id', () => {
		const all = cells(
			`    - {kind: dns, from: client, via: external/outside, over: [udp, tcp, tls, https], ${query}, expect: blocked}`,
		);
		expect(all.map(({ id, port, protocol }) => [id, port, protocol])).to.deep.equal([
			['dns/dns/client→external/outside:53/dns-udp/ipv4', 53, 'udp'],
			['dns/dns/client→external/outside:53/dns-tcp/ipv4', 53, 'tcp'],
			['dns/dns/client→external/outside:853/dns-tls/ipv4', 853, 'tcp'],
			['dns/dns/client→external/outside:443/dns-https/ipv4', 443, 'tcp'],
		]);
		expect(all[0]?.query).to.deep.equal({
			...{
				over: 'udp',
				name: '$(token).outside.gatecrash.test',
				type: 'TXT',
				edns: 1232,
				size: 1500,
				owner: 'outside',
			},
		});
		expect(new Set(all.map(({ path }) => path)).size).to.equal(4);
	});

	it('stand up the listeners that the queries need, and no others', () => {
		const { workload } = planned(
			dnsScenario({
				attempts: `    - {kind: dns, from: client, via: "external/outside:5353", over: udp, ${query}, expect: blocked}`,
			}),
		);
		const listen = workload.external.outside?.listen.map(
			({ port, protocol, resolves }) => `${port}/${protocol} ${resolves}`,
		);
		// The answer is truncated over UDP, so that TCP is asked too.
		expect(listen).to.have.members(['5353/udp udp', '5353/tcp tcp']);
		expect(workload.clusterDns).to.equal(undefined);
	});

	it('predict what becomes of the connection: the cluster’s DNS is a pod of kube-system behind a Service', () => {
		const attempts = [
			`    - {kind: dns, from: client, via: cluster, over: [udp, tcp], ${query}, expect: observe}`,
			`    - {name: pod, kind: dns, from: client, via: cluster/pod, ${query}, expect: observe}`,
			`    - {name: foreign, kind: dns, from: client, via: external/outside, ${query}, expect: observe}`,
		].join('\n');
		const verdicts = (egress: string) => cells(attempts, egress).map(({ prediction }) => prediction.verdict);
		expect(verdicts(allowDns)).to.deep.equal(['allowed', 'allowed', 'allowed', 'blocked']);
		expect(verdicts(allowDns.replace('kube-system', 'shop'))).to.deep.equal(Array(4).fill('blocked'));
		expect(planned(dnsScenario({ attempts })).workload.clusterDns).to.equal(true);
	});

	it('predict that what does not fit into UDP needs TCP, where the path is to be open', () => {
		const udpOnly = '[{ports: [{protocol: UDP, port: 53}]}]';
		const of = (expectation: string, edns: string) =>
			cells(
				`    - {kind: dns, from: client, via: external/outside, ${query.replace('size', `${edns}size`)}, expect: ${expectation}}`,
				udpOnly,
			)[0]?.prediction.verdict;
		expect(of('allowed', '')).to.equal('blocked');
		expect(of('allowed', 'edns: 4096, ')).to.equal('allowed');
		expect(of('blocked', '')).to.equal('allowed');
	});

	it('have metadata services as endpoints outside, at their own addresses', () => {
		const { workload, cells: all } = planned(
			dnsScenario({
				attempts: `    - {from: client, to: ["metadata:80", metadata/pod-identity], expect: blocked}
    - {kind: dns, from: client, via: metadata/dns, query: {name: "$(token).example"}, expect: blocked}`,
			}),
		);
		expect(all.map(({ id }) => id)).to.deep.equal([
			'dns/connect/client→metadata:80/tcp/ipv4',
			'dns/connect/client→metadata/pod-identity:80/tcp/ipv4',
			'dns/dns/client→metadata/dns:53/dns-udp/ipv4',
		]);
		expect(all.map(({ skip }) => skip)).to.deep.equal([undefined, undefined, undefined]);
		expect(Object.keys(workload.external)).to.have.members([
			'outside',
			'metadata',
			'metadata/pod-identity',
			'metadata/dns',
		]);
		expect(workload.external['metadata/dns']?.addresses?.ipv4).to.equal('169.254.169.253');
	});

	it('go through the search list of the client’s namespace where the name has fewer than five dots', () => {
		const search = (name: string, from = 'client') =>
			cells(
				`    - {kind: dns, from: ${from}, via: cluster, query: {name: "${name}", search: true}, expect: observe}`,
			)[0]?.query?.search;
		expect(search('app')).to.deep.equal(['shop.svc.cluster.local', 'svc.cluster.local', 'cluster.local']);
		expect(search('app', 'free')?.[0]).to.equal('other.svc.cluster.local');
		expect(search('$(token).$(external.outside.zone)')).to.have.length(3);
		expect(search('a.b.c.d.e.f')).to.equal(undefined);
		expect(search('app.')).to.equal(undefined);
	});

	it('say for whose zones the cluster’s DNS is asked, and nothing where it is not', () => {
		const attempt = (via: string) =>
			dnsScenario({ attempts: `    - {kind: dns, from: client, via: ${via}, ${query}, expect: observe}` });
		expect(planned(attempt('cluster')).workload.recursion).to.deep.equal(['outside']);
		expect(planned(attempt('external/outside')).workload).not.to.have.property('recursion');
	});

	it('leave out names of the cluster where nobody could vouch for the answer, nor see that none came', () => {
		const attempt = (name: string, rest: string) =>
			`    - {name: ${name}, kind: dns, from: client, via: cluster, query: ${rest}}`;
		const text = dnsScenario({
			attempts: [
				attempt('known', '{name: app.shop.svc.cluster.local}, expect: allowed'),
				attempt('own', '{name: kube-dns.kube-system.svc.cluster.local}, expect: allowed'),
				attempt('blocked', '{name: app.shop.svc.cluster.local}, expect: blocked'),
				attempt('family', '{name: app.shop.svc.cluster.local, type: AAAA}, expect: allowed'),
				attempt('nobody', '{name: app.other.svc.cluster.local}, expect: allowed'),
				attempt('outside', '{name: "$(token).$(external.outside.zone)"}, expect: blocked'),
			].join('\n'),
			pods: '    app: {namespace: shop, labels: {app: app}, listen: [80/tcp]}',
		}).replace(
			'  external:',
			'  services: {app: {namespace: shop, selector: {app: app}, ports: [{port: 80}]}}\n  external:',
		);
		const skipped = (more: string[]) =>
			planned(text, ['network-policy', 'ipv4', 'external', 'cluster-dns', ...more]).cells.flatMap(({ id, skip }) =>
				skip === undefined ? [] : [id.split('/')[1]],
			);
		expect(skipped([])).to.deep.equal(['blocked', 'family', 'nobody']);
		expect(skipped(['cluster-dns-probe'])).to.deep.equal([]);
		const cache = dnsScenario({
			attempts: `    - {kind: dns, from: client, via: cluster/node-local, ${query}, expect: observe}`,
		});
		expect(planned(cache).cells[0]?.skip).to.include('needs node-local-dns');
	});

	it('leave out, by name, what the cluster does not have', () => {
		const attempts = `    - {kind: dns, from: client, via: cluster, ${query}, expect: observe}
    - {from: client, to: metadata, expect: blocked}`;
		const { cells: all, workload } = planned(dnsScenario({ attempts }), ['network-policy', 'ipv4', 'external']);
		expect(all.map(({ skip }) => skip)).to.deep.equal([
			'needs cluster-dns, which this cluster does not have',
			'needs metadata, which this cluster does not have',
		]);
		expect(Object.keys(workload.external)).to.deep.equal(['outside']);
	});
});
