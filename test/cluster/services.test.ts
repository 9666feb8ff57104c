import { expect } from 'chai';
import { TestCluster } from './test-cluster.ts';
import { pod, service, workload } from './workload.ts';

const port = { port: 80, targetPort: 8080, protocol: 'tcp', name: undefined, nodePort: undefined } as const;

describe('Services on the embedded cluster', () => {
	let cluster: TestCluster;
	const families = ['ipv4', 'ipv6'] as const;
	const both = async (from: string, to: string, number = 80, options = {}) =>
		Promise.all(families.map((family) => cluster.attempt(from, cluster.address(to, family), number, options)));

	before(async () => {
		cluster = await TestCluster.start(
			workload({
				pods: {
					client: pod('shop', 'client'),
					first: pod('shop', 'app', ['8080/tcp', '53/udp', '9000/tcp named']),
					second: pod('shop', 'app', ['8080/tcp', '53/udp', '9001/tcp named']),
					nameless: pod('shop', 'app', ['8080/tcp', '53/udp']),
					alone: pod('shop', 'alone', ['8080/tcp', '8081/tcp', '5353/udp']),
					'on-node': pod('shop', 'on-node', ['8080/tcp'], { hostNetwork: true }),
					'also-on-node': pod('shop', 'also-on-node', ['8080/tcp'], { hostNetwork: true }),
					elsewhere: pod('outside', 'app', ['8080/tcp']),
					finished: pod('shop', 'app', ['8080/tcp'], { completes: true }),
				},
				services: {
					app: service('shop', 'app', { ports: [port, { ...port, port: 53, targetPort: 53, protocol: 'udp' }] }),
					named: service('shop', 'app', { ports: [{ ...port, targetPort: 'named' }] }),
					alone: service('shop', 'alone', { ports: [port, { ...port, port: 53, targetPort: 5353, protocol: 'udp' }] }),
					nobody: service('shop', 'nobody'),
					headless: service('shop', 'app', { headless: true }),
					'on-node': service('shop', 'also-on-node', { ports: [port] }),
					public: service('shop', 'alone', { ports: [{ ...port, nodePort: 31_000 }], type: 'NodePort' }),
					allocated: service('shop', 'alone', { ports: [{ ...port, targetPort: 8081 }], type: 'NodePort' }),
				},
				external: { internet: { listen: pod('', '', ['443/tcp']).listen, addresses: undefined } },
				attemptingNodes: ['a'],
			}),
		);
	});
	after(() => cluster.close());

	it('knows who is behind them', () => {
		const states = Object.fromEntries(cluster.deployment.services().map((state) => [state.name, state]));
		expect(states.app?.backends).to.deep.equal(['first', 'second', 'nameless']);
		expect(states.named?.backends).to.deep.equal(['first', 'second']);
		expect(states.nobody?.backends).to.deep.equal([]);
		expect(states.headless).to.deep.include({ addresses: {}, backends: ['first', 'second', 'nameless'] });
		expect(states.public?.nodePorts).to.deep.equal({ '80/tcp': 31_000 });
		expect(Object.keys(states.app?.addresses ?? {})).to.deep.equal(['ipv4', 'ipv6']);
	});

	it('choose a random backend for each connection, from pods, with the pod as the source', async () => {
		for (const protocol of ['tcp', 'udp'] as const) {
			const number = protocol === 'tcp' ? 80 : 53;
			const tries = await Promise.all(
				Array.from({ length: 20 }, () => both('client', 'svc/app', number, { protocol })),
			);
			expect([...new Set(tries.flat())].toSorted()).to.deep.equal(
				['first', 'nameless', 'second'].map((name) => `${name} from client`),
			);
		}
	});

	it('resolve a named target port on each pod', async () => {
		const tries = await Promise.all(Array.from({ length: 12 }, () => both('client', 'svc/named')));
		expect([...new Set(tries.flat())].toSorted()).to.deep.equal(['first from client', 'second from client']);
	});

	it('are reached by a pod that is its own backend, with the node as the source', async () => {
		expect(await both('alone', 'svc/alone')).to.deep.equal(['alone from a', 'alone from a']);
		expect(await both('alone', 'svc/alone', 53, { protocol: 'udp' })).to.deep.equal(['alone from a', 'alone from a']);
	});

	it('are reached from the node, from a hostNetwork pod, and lead to hostNetwork pods', async () => {
		expect(await both('node/a', 'svc/alone')).to.deep.equal(['alone from a', 'alone from a']);
		expect(await both('on-node', 'svc/alone')).to.deep.equal(['alone from a', 'alone from a']);
		// Both declare port 8080 of the same address: the second one listens on another number.
		expect(cluster.realPort('on-node', 8080)).to.equal(8080);
		expect(cluster.realPort('also-on-node', 8080)).to.equal(20_000);
		expect(await both('client', 'svc/on-node')).to.deep.equal(['also-on-node from client', 'also-on-node from client']);
		expect(await both('node/a', 'svc/on-node')).to.deep.equal(['also-on-node from a', 'also-on-node from a']);
	});

	it('reject connections to a Service without backends, and to a port that no Service has', async () => {
		const refused = ['ECONNREFUSED', 'ECONNREFUSED'];
		expect(await both('client', 'svc/nobody')).to.deep.equal(refused);
		expect(await both('node/a', 'svc/nobody')).to.deep.equal(refused);
		expect(await both('client', 'svc/app', 81)).to.deep.equal(refused);
		expect(await both('client', 'svc/nobody', 53, { protocol: 'udp' })).to.deep.equal(refused);
	});

	it('serve node ports to pods and to the outside world, with the node as the source', async () => {
		expect(await both('client', 'a', 31_000)).to.deep.equal(['alone from a', 'alone from a']);
		expect(await both('internet', 'a', 31_000)).to.deep.equal(['alone from a', 'alone from a']);
		expect(await both('node/a', 'a', 31_000)).to.deep.equal(['alone from a', 'alone from a']);
		expect(await both('internet', 'a', 30_000)).to.deep.equal(['alone from a', 'alone from a']);
	});

	it('are judged by policies on the backend, after translation', async () => {
		await cluster.only({
			spec: {
				podSelector: { matchLabels: { app: 'alone' } },
				ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }], ports: [{ port: 8080 }] }],
			},
		});
		expect(await both('client', 'svc/alone')).to.deep.equal(['alone from client', 'alone from client']);
		expect(await both('first', 'svc/alone')).to.deep.equal(['timed-out', 'timed-out']);
		expect(await both('node/a', 'svc/alone')).to.deep.equal(['alone from a', 'alone from a']);
		await cluster.only();
	});

	it('follow labels', async () => {
		const { deployment } = cluster;
		await deployment.labelPod('client', { app: 'nobody' }, []);
		expect(deployment.services().find(({ name }) => name === 'nobody')?.backends).to.deep.equal(['client']);
		await deployment.labelPod('alone', {}, ['app']);
		expect(await both('client', 'svc/alone')).to.deep.equal(['ECONNREFUSED', 'ECONNREFUSED']);
		await deployment.labelPod('alone', { app: 'alone' }, []);
		expect(await both('client', 'svc/alone')).to.deep.equal(['alone from client', 'alone from client']);
	});
});
