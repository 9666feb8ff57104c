import { expect } from 'chai';
import { allowDns, dnsScenario, outside } from './support/dns-scenario.ts';
import { runScenario } from './support/run-scenario.ts';

const overTcp = `    - {kind: dns, from: client, via: cluster, over: tcp, ${outside}, expect: allowed}`;
const toCluster = `    - {kind: dns, from: client, via: cluster, ${outside}, expect: allowed}`;
const toForeign = `    - {kind: dns, from: client, via: external/outside, ${outside}, expect: blocked}`;
const toMetadata = '    - {from: client, to: metadata, expect: blocked}';

describe('classic mistakes in the EKS guide’s allow-dns policy are put down to the policy', function () {
	this.timeout(60_000);

	it('the guide’s own: nothing is wrong', async () => {
		const attempts = [overTcp, toForeign, toMetadata].join('\n');
		const { verdicts } = await runScenario(dnsScenario({ egress: allowDns, attempts }));
		const cells = verdicts.scenarios.flatMap((scenario) => scenario.cells);
		expect(new Set(cells.map(({ verdict }) => verdict))).to.deep.equal(new Set(['enforced']));
		expect(cells.filter(({ diagnosis }) => diagnosis !== undefined)).to.deep.equal([]);
	});

	it('UDP only', async () => {
		const egress = allowDns.replace(', {protocol: TCP, port: 53}', '');
		const { cell } = await runScenario(dnsScenario({ egress, attempts: overTcp }));
		expect(cell('dns-tcp')).to.include({ verdict: 'broken', diagnosis: 'policy' });
	});

	it('no namespace', async () => {
		const egress = allowDns.replace(/namespaceSelector: \{matchLabels: \{[^}]*\}\}, /, '');
		const { cell } = await runScenario(dnsScenario({ egress, attempts: toCluster }));
		expect(cell('client→cluster')).to.include({ verdict: 'broken', diagnosis: 'policy' });
	});

	it('any peer on port 53', async () => {
		const egress = '[{ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}]';
		const { cell } = await runScenario(dnsScenario({ egress, attempts: toForeign }));
		expect(cell('client→external/outside')).to.include({ verdict: 'leak', diagnosis: 'policy' });
	});

	it('metadata addresses forgotten', async () => {
		const egress = '[{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]}}]}]';
		const { cell } = await runScenario(dnsScenario({ egress, attempts: toMetadata }));
		expect(cell('client→metadata')).to.include({ verdict: 'leak', diagnosis: 'policy' });
	});
});
