import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { createEmbeddedCluster } from '../../src/cluster/netns/embedded-cluster.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import { policy, probeAgent, settings, TestCluster } from './test-cluster.ts';
import { pod, service, workload } from './workload.ts';

const shop = () =>
	workload({
		pods: {
			client: pod('shop', 'client'),
			app: pod('shop', 'app', ['80/tcp', '53/udp']),
			late: pod('shop', 'client', ['80/tcp']),
		},
		initialPods: ['client', 'app'],
		services: { app: service('shop', 'app') },
	});
const denyAll = { spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } };

describe('A deployment on the embedded cluster', () => {
	const open: TestCluster[] = [];
	const start = async (...parameters: Parameters<typeof TestCluster.start>) => {
		const cluster = await TestCluster.start(...parameters);
		open.push(cluster);
		return cluster;
	};
	afterEach(() => Promise.all(open.splice(0).map((cluster) => cluster.close())));

	it('creates and removes pods; each has its own uid and address, and rules from its first moment', async () => {
		const cluster = await start(shop());
		const { deployment } = cluster;
		const late = () => deployment.endpoints().find(({ name }) => name === 'late');
		expect(late()).to.equal(undefined);
		await cluster.only(denyAll);
		await deployment.createPods(['late'], {});
		const first = late();
		expect(await cluster.reaches('late', 'app', 80)).to.equal(false);
		await cluster.only();
		expect(await cluster.reaches('late', 'app', 80)).to.equal(true);
		await deployment.removePods(['late']);
		expect(late()).to.equal(undefined);
		expect(await cluster.attempt('client', first?.addresses.ipv4 ?? '', 80)).to.equal('ENETUNREACH');
		await deployment.createPods(['late'], {});
		expect(late()?.uid).not.to.equal(first?.uid);
		expect(late()?.addresses.ipv4).not.to.equal(first?.addresses.ipv4);
		expect(await deployment.createPods(['late'], {}).catch(String)).to.match(/exists already/);
	});

	it('has the rules for a new pod in force before it can send anything', async () => {
		const cluster = await start(shop());
		const { deployment } = cluster;
		const boot = (['ipv4', 'ipv6'] as const).map((family) => ({
			...{ token: 'boot', protocol: 'udp' as const, speaks: 'udp' as const, family, delay: 0, deadline: 500 },
			...{ source: { port: 40_000 }, destination: { address: cluster.address('app', family), port: 53 } },
			...{ every: 1, limit: 50 },
		}));
		const arrivals = async () => {
			cluster.seen.delete('app');
			await deployment.createPods(['late'], { late: boot });
			await delay(400);
			await deployment.removePods(['late']);
			return (cluster.seen.get('app') ?? []).length;
		};
		await cluster.only({ spec: { podSelector: { matchLabels: { app: 'client' } }, policyTypes: ['Egress'] } });
		expect(await arrivals()).to.equal(0);
		await cluster.only();
		expect(await arrivals(), 'without the policy').to.be.greaterThan(50);
	});

	it('plays addresses that the user names for the outside world, and finds no way out to any other one', async () => {
		const external = { metadata: { listen: pod('', '', ['80/tcp']).listen, addresses: { ipv4: '169.254.169.254' } } };
		const cluster = await start({ ...shop(), external });
		expect(await cluster.attempt('client', '169.254.169.254', 80)).to.equal('metadata from client');
		expect(await cluster.attempt('client', '203.0.113.77', 80)).to.equal('ENETUNREACH');
	});

	it('ends a stream with what the agent said last, and gives an agent a second stream after the first', async () => {
		const cluster = await start(shop());
		const first = await cluster.open('client');
		expect(await cluster.deployment.openAgent('client').catch(String)).to.match(/has an open stream already/);
		first.close();
		expect(await first.ended).to.equal('closed by the runner');
		const second = await cluster.deployment.openAgent('client');
		second.send(JSON.stringify({ crash: true }));
		expect(await second.ended).to.match(/agent of client ended \(exit code 7\): I was told to/);
		expect(await cluster.deployment.openAgent('client').catch(String)).to.match(/exit code 7/);
		expect(await cluster.deployment.openAgent('nobody').catch(String)).to.match(/There is no agent at "nobody"/);
	});

	it('gives agents no capability and no way to get one', async () => {
		const probe = await start(shop());
		const status = statusOfAgent();
		expect(status)
			.to.match(/^CapPrm:\t0+$/m)
			.and.match(/^CapBnd:\t0+$/m)
			.and.match(/^NoNewPrivs:\t1$/m);
		await probe.close();
	});

	it('replaces rules atomically: nothing gets through while they change again and again', async () => {
		const cluster = await start(shop());
		await cluster.only(denyAll);
		let going = true;
		const outcomes: Promise<string>[] = [];
		const sending = (async () => {
			while (going) {
				for (const family of ['ipv4', 'ipv6'] as const) {
					outcomes.push(cluster.attempt('client', cluster.address('app', family), 53, { protocol: 'udp', wait: 100 }));
				}
				await delay(1);
			}
		})();
		// It forbids nothing that the first does not: what changes is the rules' text only.
		const more = policy({ ...denyAll, name: 'more' });
		for (let round = 0; round < 50; round++) {
			await cluster.deployment.apply([more]);
			await cluster.deployment.remove([more]);
		}
		going = false;
		await sending;
		const seen = await Promise.all(outcomes);
		expect(seen.length).to.be.greaterThan(50);
		expect(new Set(seen)).to.deep.equal(new Set(['timed-out']));
		expect(cluster.seen.get('app')).to.equal(undefined);
		await cluster.only();
		expect(await cluster.reaches('client', 'app', 53, { protocol: 'udp' })).to.equal(true);
	});

	it('does not disturb, and is not disturbed by, another one with the same addresses', async () => {
		const [one, two] = await Promise.all([start(shop()), start(shop())]);
		expect(one.address('app')).to.equal(two.address('app'));
		await one.only(denyAll);
		expect(await one.reaches('client', 'app', 80)).to.equal(false);
		expect(await two.reaches('client', 'app', 80)).to.equal(true);
		await one.close();
		expect(await two.reaches('client', 'app', 80)).to.equal(true);
	});

	it('leaves nothing when it is closed, and can be closed again', async () => {
		const cluster = await start(shop());
		expect(ourProcesses().length).to.be.greaterThan(2);
		await cluster.close();
		await cluster.close();
		expect(ourProcesses()).to.deep.equal([]);
		expect(await cluster.deployment.apply([policy(denyAll)]).catch((error: Error) => error)).to.be.instanceOf(
			GatecrashError,
		);
	});

	it('undoes itself when it is aborted, and when an agent can not be started', async () => {
		const cluster = createEmbeddedCluster({ agent: probeAgent });
		const aborter = new AbortController();
		const deploying = cluster.deploy(shop(), settings, aborter.signal);
		setTimeout(() => aborter.abort(), 20);
		expect(await deploying.catch((error: Error) => error.name)).to.equal('AbortError');
		expect(ourProcesses()).to.deep.equal([]);
		const stranger = { ...shop(), nodes: ['b'] };
		expect(await cluster.deploy(stranger, settings, AbortSignal.timeout(5000)).catch(String)).to.match(
			/the node "a" only/,
		);
	});

	it('can be made to enforce wrongly: replies of UDP lost, although the request arrived', async () => {
		const tamper = `add chain inet gatecrash_tamper replies { type filter hook forward priority 10; }
add rule inet gatecrash_tamper replies meta l4proto udp ct direction reply drop`;
		const cluster = await start(shop(), { tamper });
		expect(await cluster.attempt('client', cluster.address('app'), 53, { protocol: 'udp' })).to.equal('timed-out');
		expect(cluster.seen.get('app')).to.deep.equal([cluster.address('client')]);
		expect(await cluster.reaches('client', 'app', 80)).to.equal(true);
		await cluster.only(denyAll);
		await cluster.only();
		expect(await cluster.attempt('client', cluster.address('app'), 53, { protocol: 'udp' })).to.equal('timed-out');
		const facts = await createEmbeddedCluster({ tamper }).up(AbortSignal.timeout(5000));
		expect(facts.injected.join()).to.match(/ct direction reply drop/);
	});

	it('says what it is', async () => {
		const cluster = createEmbeddedCluster();
		const facts = await cluster.up(AbortSignal.timeout(5000));
		expect(facts.enforcers[0]).to.match(/^nftables \d[\d.]+ \(embedded\)$/);
		expect(facts.ranges).to.deep.include({ podCIDRv4: '10.244.0.0/16', serviceCIDRv6: 'fd00:10:96::/112' });
		expect(facts.notes.join()).to.match(/no substitute/);
		expect([...cluster.capabilities]).to.include.members(['network-policy', 'ipv4', 'node-port', 'external']);
		expect(createEmbeddedCluster({ ipFamily: 'ipv4' }).capabilities.has('ipv6')).to.equal(false);
	});

	it('gives one family only when the cluster is single-stack', async () => {
		const cluster = await start(shop(), { ipFamily: 'ipv6' });
		expect(cluster.deployment.endpoints().every(({ addresses }) => addresses.ipv4 === undefined)).to.equal(true);
		expect(await cluster.reaches('client', 'app', 80, { family: 'ipv6' })).to.equal(true);
		expect(await cluster.attempt('client', cluster.address('svc/app', 'ipv6'), 80)).to.equal('app from client');
	});

	it('fails with what the world did wrong, as a GatecrashError', async () => {
		const cluster = await start(shop(), { tamper: '' });
		const broken = createEmbeddedCluster({ agent: probeAgent, tamper: 'no such command' });
		const error: unknown = await broken.deploy(shop(), settings, AbortSignal.timeout(5000)).catch((caught) => caught);
		expect(error)
			.to.be.instanceOf(GatecrashError)
			.and.to.have.property('message')
			.that.matches(/nft failed/);
		expect(await cluster.reaches('client', 'app', 80)).to.equal(true);
	});
});

/** Processes of fabrics that this process started; other test runs on the machine are not ours to count. */
function ourProcesses(): string[] {
	const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
	return children
		.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' '))
		.filter((command) => /unshare|nsenter|setpriv/.test(command));
}

function statusOfAgent(): string {
	const children = (pid: string) =>
		readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
	const agents = children(String(process.pid))
		.flatMap(children)
		.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(probeAgent));
	return readFileSync(`/proc/${agents[0]}/status`, 'utf8');
}
