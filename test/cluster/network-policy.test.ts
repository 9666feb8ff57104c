import { expect } from 'chai';
import { TestCluster } from './test-cluster.ts';
import { pod, workload } from './workload.ts';

// Real packets in both families on every line: `who` fails where IPv4 and IPv6 disagree.
describe('NetworkPolicy on the embedded cluster', () => {
	const clients = ['one', 'two', 'stranger', 'node-client'];
	const appOne = { podSelector: { matchLabels: { app: 'app-one' } } };
	const from = (...peers: unknown[]) => ({ spec: { ...appOne, ingress: [{ from: peers }] } });
	let cluster: TestCluster;
	const who = (port = 80, options = {}) => cluster.who(clients, 'app-one', port, options);

	before(async () => {
		cluster = await TestCluster.start(
			workload({
				pods: {
					one: pod('shop', 'one', ['80/tcp']),
					two: pod('shop', 'two', ['80/tcp', '8080/tcp http']),
					stranger: pod('outside', 'one', ['8081/tcp http']),
					'app-one': pod('shop', 'app-one', ['80/tcp', '81/tcp', '82/tcp', '80/udp', '8080/tcp http']),
					'node-client': pod('outside', 'one', ['80/tcp'], { hostNetwork: true }),
				},
				external: { internet: { listen: pod('', '', ['443/tcp']).listen, addresses: undefined } },
			}),
		);
	});
	after(() => cluster.close());

	it('lets everything through without policies', async () => {
		await cluster.only();
		expect(await who()).to.equal('one two stranger node-client');
		expect(await who(80, { protocol: 'udp' })).to.equal('one two stranger node-client');
		expect(await cluster.reaches('one', 'internet', 443)).to.equal(true);
		expect(await cluster.reaches('internet', 'app-one', 80)).to.equal(true);
	});

	it('denies all ingress with an empty podSelector, but for the node', async () => {
		await cluster.only({ spec: { podSelector: {} } });
		expect(await who()).to.equal('node-client');
		expect(await who(80, { protocol: 'udp' })).to.equal('node-client');
		expect(await cluster.reaches('internet', 'app-one', 80)).to.equal(false);
		// Not isolated for egress, and another namespace is not concerned.
		expect(await cluster.reaches('one', 'stranger', 8081)).to.equal(true);
	});

	it('tells `ingress: [{}]` (everybody) from `ingress: []` (nobody)', async () => {
		await cluster.only({ spec: { ...appOne, ingress: [{}] } });
		expect(await who()).to.equal('one two stranger node-client');
		await cluster.only({ spec: { ...appOne, ingress: [] } });
		expect(await who()).to.equal('node-client');
	});

	it('matches podSelector peers in the namespace of the policy only, and never hostNetwork pods', async () => {
		await cluster.only(from({ podSelector: { matchLabels: { app: 'one' } } }));
		expect(await who()).to.equal('one node-client');
		await cluster.only({
			...from({ podSelector: { matchLabels: { app: 'one' } } }),
			namespace: 'outside',
			spec: { podSelector: {}, ingress: [] },
		});
		expect(await cluster.who(['one', 'stranger'], 'node-client', cluster.realPort('node-client', 80))).to.equal(
			'one stranger',
		);
	});

	it('matches namespaceSelector peers by label and by the automatic name, and both selectors together', async () => {
		await cluster.only(from({ namespaceSelector: { matchLabels: { team: 'outside' } } }));
		expect(await who()).to.equal('stranger node-client');
		await cluster.only(from({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } }));
		expect(await who()).to.equal('one two node-client');
		await cluster.only(from({ namespaceSelector: {}, podSelector: { matchLabels: { app: 'one' } } }));
		expect(await who()).to.equal('one stranger node-client');
		await cluster.only(from({ namespaceSelector: {} }, { podSelector: { matchLabels: { app: 'one' } } }));
		expect(await who()).to.equal('one two stranger node-client');
	});

	it('understands matchExpressions', async () => {
		const expression = (operator: string, ...values: string[]) => ({
			namespaceSelector: {},
			podSelector: { matchExpressions: [{ key: 'app', operator, ...(values.length > 0 && { values }) }] },
		});
		await cluster.only(from(expression('In', 'two', 'three')));
		expect(await who()).to.equal('two node-client');
		await cluster.only(from(expression('NotIn', 'two')));
		expect(await who()).to.equal('one stranger node-client');
		await cluster.only(from(expression('Exists')));
		expect(await who()).to.equal('one two stranger node-client');
		await cluster.only(from(expression('DoesNotExist')));
		expect(await who()).to.equal('node-client');
	});

	it('matches ipBlock peers, without what is excepted, for pods and the outside world', async () => {
		const blocks = (ipv4: string, ipv6: string, except4: string[] = [], except6: string[] = []) =>
			from({ ipBlock: { cidr: ipv4, except: except4 } }, { ipBlock: { cidr: ipv6, except: except6 } });
		await cluster.only(blocks('0.0.0.0/0', '::/0'));
		expect(await who()).to.equal('one two stranger node-client');
		expect(await cluster.reaches('internet', 'app-one', 80)).to.equal(true);
		await cluster.only(blocks('0.0.0.0/0', '::/0', ['10.244.0.0/16'], ['fd00:10:244::/56']));
		expect(await who()).to.equal('node-client');
		expect(await cluster.reaches('internet', 'app-one', 80)).to.equal(true);
		const two = [`${cluster.address('two')}/32`, `${cluster.address('two', 'ipv6')}/128`] as const;
		await cluster.only(blocks('10.244.0.0/16', 'fd00:10:244::/56', [two[0]], [two[1]]));
		expect(await who()).to.equal('one stranger node-client');
		await cluster.only(blocks(...two));
		expect(await who()).to.equal('two node-client');
	});

	it('opens one family only when a policy names one family only', async () => {
		await cluster.only(from({ ipBlock: { cidr: '0.0.0.0/0' } }));
		expect(await cluster.reaches('one', 'app-one', 80, { family: 'ipv4' })).to.equal(true);
		expect(await cluster.reaches('one', 'app-one', 80, { family: 'ipv6' })).to.equal(false);
	});

	it('matches ports by number, range, name and protocol', async () => {
		const open = async (ports: unknown[]) => {
			await cluster.only({ spec: { ...appOne, ingress: [{ ports }] } });
			const tcp = [80, 81, 82, 8080];
			const reached = await Promise.all(tcp.map((port) => cluster.reaches('one', 'app-one', port)));
			const udp = await cluster.reaches('one', 'app-one', 80, { protocol: 'udp' });
			return [...tcp.filter((_, index) => reached[index]), ...(udp ? ['udp'] : [])].join(' ');
		};
		expect(await open([{ port: 80 }])).to.equal('80');
		expect(await open([{ port: 80, protocol: 'UDP' }])).to.equal('udp');
		expect(await open([{ port: 81, endPort: 90 }])).to.equal('81 82');
		expect(await open([{ port: 'http' }])).to.equal('8080');
		expect(await open([{ port: 'http', protocol: 'UDP' }])).to.equal('');
		expect(await open([{ protocol: 'TCP' }])).to.equal('80 81 82 8080');
		expect(await open([{ port: 80 }, { port: 80, protocol: 'UDP' }, { port: 80, endPort: 81 }])).to.equal('80 81 udp');
		expect(await open([{ port: 80, protocol: 'SCTP' }])).to.equal('');
		expect(await open([])).to.equal('80 81 82 8080 udp');
	});

	describe('egress', () => {
		const egress = (...rules: unknown[]) => ({
			spec: { podSelector: { matchLabels: { app: 'one' } }, policyTypes: ['Egress'], egress: rules },
		});

		it('is isolated by policyTypes, or by having rules', async () => {
			await cluster.only(egress());
			expect(await who()).to.equal('two stranger node-client');
			expect(await cluster.reaches('one', 'internet', 443)).to.equal(false);
			// The node's own processes are always reachable from the node's pods.
			expect(await cluster.reaches('one', 'node-client', 80)).to.equal(true);
			expect(await cluster.reaches('two', 'one', 80), 'ingress is not concerned').to.equal(true);
			await cluster.only({
				spec: {
					podSelector: { matchLabels: { app: 'one' } },
					egress: [{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }] }],
				},
			});
			expect(await who()).to.equal('two stranger node-client');
			expect(await cluster.reaches('one', 'internet', 443, { family: 'ipv4' })).to.equal(true);
			expect(await cluster.reaches('two', 'one', 80), 'without policyTypes ingress is isolated too').to.equal(false);
		});

		it('resolves a named port on each pod that is connected to', async () => {
			await cluster.only(egress({ ports: [{ port: 'http' }] }));
			expect(await cluster.reaches('one', 'two', 8080)).to.equal(true);
			expect(await cluster.reaches('one', 'stranger', 8081)).to.equal(true);
			expect(await cluster.reaches('one', 'app-one', 80)).to.equal(false);
		});

		it('and ingress both have to allow', async () => {
			const out = egress({ to: [{ podSelector: {} }] });
			await cluster.only({ name: 'out', ...out });
			expect(await cluster.reaches('one', 'app-one', 80)).to.equal(true);
			await cluster.only({ name: 'out', ...out }, { name: 'in', spec: appOne });
			expect(await cluster.reaches('one', 'app-one', 80)).to.equal(false);
			await cluster.only(egress(), { name: 'in', ...from({ podSelector: {} }) });
			expect(await who()).to.equal('two node-client');
		});
	});

	it('adds policies up, and follows labels of pods and namespaces', async () => {
		const { deployment } = cluster;
		await cluster.only(
			{ name: 'deny', spec: appOne },
			{ name: 'first', ...from({ podSelector: { matchLabels: { role: 'client' } } }) },
			{ name: 'second', ...from({ namespaceSelector: { matchLabels: { trusted: 'yes' } } }) },
		);
		expect(await who()).to.equal('node-client');
		const { level, requestedAt, acknowledgedAt } = await deployment.labelPod('two', { role: 'client' }, []);
		expect([level, acknowledgedAt > requestedAt]).to.deep.equal(['programmed', true]);
		expect(await who()).to.equal('two node-client');
		await deployment.labelNamespace('outside', { trusted: 'yes' }, []);
		expect(await who()).to.equal('two stranger node-client');
		await deployment.labelPod('two', {}, ['role']);
		await deployment.labelNamespace('outside', {}, ['trusted']);
		expect(await who()).to.equal('node-client');
	});

	it('keeps connections that were allowed when they began', async () => {
		await cluster.only();
		const command = { host: cluster.address('app-one'), port: 80 };
		expect(await cluster.ask('one', { ...command, hold: 'long' })).to.equal('app-one from one');
		await cluster.only({ spec: appOne });
		expect(await cluster.ask('one', command)).to.equal('timed-out');
		expect(await cluster.ask('one', { on: 'long' })).to.equal('app-one from one');
	});

	it('refuses what it can not enforce, and then changes nothing', async () => {
		await cluster.only({ spec: appOne });
		const foreign = {
			apiVersion: 'cilium.io/v2',
			kind: 'CiliumNetworkPolicy',
			metadata: { name: 'x', namespace: 'shop' },
		};
		const refusals = await Promise.all([
			cluster.deployment.apply([foreign]).catch(String),
			cluster.only({ ...from({ ipBlock: { cidr: '10.0.0.300/8' } }) }).catch(String),
			cluster.only({ spec: { podSelectors: {} } }).catch(String),
		]);
		expect(refusals[0]).to.match(/does not enforce cilium.io/);
		expect(refusals[1]).to.match(/"10.0.0.300\/8" is not a CIDR/);
		expect(refusals[2]).to.match(/shop\/policy is not valid/);
		expect(await who()).to.equal('node-client');
	});
});
