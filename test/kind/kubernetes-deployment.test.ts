import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { AgentMessage } from '../../src/model/agent.ts';
import { defaultAgentLimits } from '../../src/model/agent.ts';
import type { AgentStream, Deployment } from '../../src/model/cluster.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import type { Workload } from '../../src/model/plan.ts';
import type { ServiceSpec } from '../../src/model/scenario.ts';
import { connect } from '../../src/kube/connect.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { KubernetesSite, type KubernetesSiteOptions } from '../../src/cluster/kubernetes/site.ts';
import { runScoped } from '../../src/cluster/kubernetes/naming.ts';
import { pod, tcp } from '../kubernetes/pod-spec.ts';
import { adminKubeconfig } from './support/admin.ts';

const image = process.env.GATECRASH_AGENT_IMAGE ?? process.env.AGENT_IMAGE ?? 'kind-offline/agent:1';
const quiet = new AbortController().signal;
const namespace = { labels: { team: 'shop' }, mesh: 'none' as const, existing: false };

function workload(wanted: Partial<Workload>): Workload {
	return {
		...{ scenario: 'test', namespaces: { 'ka-shop': namespace }, pods: {}, services: {}, external: {}, nodes: [] },
		...{ initialPods: Object.keys(wanted.pods ?? {}), attemptingNodes: [] },
		...wanted,
	};
}

function service(wanted: Partial<ServiceSpec>): ServiceSpec {
	return {
		...{
			namespace: 'ka-shop',
			selector: { app: 'web' },
			type: 'ClusterIP',
			headless: false,
			externalTrafficPolicy: 'Cluster',
		},
		ports: [{ port: 80, targetPort: 80, protocol: 'tcp', name: undefined, nodePort: undefined }],
		...wanted,
	};
}

/** A greeting's answer. */
async function ready(stream: AgentStream, run: string): Promise<Extract<AgentMessage, { is: 'ready' }>> {
	return new Promise((resolve) => {
		stream.onLine((line) => {
			const message = JSON.parse(line) as AgentMessage;
			if (message.is === 'ready') resolve(message);
		});
		stream.send(JSON.stringify({ do: 'hello', run, after: 0 }));
	});
}

describe('deployment on Kubernetes', function () {
	this.timeout(120_000);
	this.slow(20_000);
	let client: KubeClient;
	let site: KubernetesSite;
	let run: string;
	const open: Deployment[] = [];

	before(async () => {
		client = await connect({ kubeconfig: adminKubeconfig });
	});
	after(() => client.close());
	beforeEach(() => newSite());
	afterEach(async () => {
		await Promise.all(open.splice(0).map((deployment) => deployment.close()));
		await site.close();
	});

	function newSite(options: Partial<KubernetesSiteOptions> = {}): void {
		run = `20261121-000000-${randomBytes(3).toString('hex')}`;
		site = new KubernetesSite({ client, run, agentImage: image, ...options });
	}

	async function deploy(wanted: Partial<Workload>): Promise<Deployment> {
		const settings = { run, key: 'ab'.repeat(32), limits: defaultAgentLimits };
		const deployment = await site.deploy(workload(wanted), settings, quiet);
		open.push(deployment);
		return deployment;
	}

	function names(kind: string, of = 'ka-shop', apiVersion = 'v1'): Promise<string[]> {
		return client.list({ apiVersion, kind }, { namespace: of }).then((all) => all.map(({ metadata }) => metadata.name));
	}

	it('gives pods, Services and node agents as a scenario asks for them', async () => {
		const labels = { app: 'web' };
		const deployment = await deploy({
			pods: {
				web: pod({
					namespace: 'ka-shop',
					labels,
					listen: [tcp(80, 'http'), { ...tcp(53), protocol: 'udp', speaks: 'udp' }],
				}),
				probed: pod({
					...{ namespace: 'ka-shop', labels, listen: [tcp(80, 'http')] },
					readiness: { httpGet: { port: 'http', path: '/healthz' }, periodSeconds: 1 },
				}),
				'on-node': pod({ namespace: 'ka-shop', hostNetwork: true, listen: [tcp(80)], placement: { node: 'a' } }),
				batch: pod({ namespace: 'ka-shop', completes: true, serviceAccount: 'batch' }),
			},
			services: {
				web: service({}),
				headless: service({ headless: true }),
				outside: service({ type: 'NodePort' }),
				nobody: service({ selector: { app: 'none' } }),
			},
			attemptingNodes: ['a'],
		});
		const endpoints = new Map(deployment.endpoints().map((one) => [`${one.kind}/${one.name}`, one]));
		const node = endpoints.get('node/a');
		expect(node).to.include({ agent: true, hostNetwork: true });
		const onNode = endpoints.get('pod/on-node');
		expect(onNode).to.deep.include({ addresses: node?.addresses, node: 'a' });
		expect(onNode?.portMap['80/tcp']).to.be.within(20_000, 29_999);
		expect(endpoints.get('pod/batch')).to.include({ agent: false });
		expect(endpoints.get('pod/batch')?.addresses.ipv4).to.match(/^\d+\./);

		const services = new Map(deployment.services().map((one) => [one.name, one]));
		expect(services.get('web')?.backends.sort()).to.deep.equal(['probed', 'web']);
		expect(services.get('headless')).to.deep.include({ addresses: {}, backends: ['web', 'probed'] });
		expect(services.get('outside')?.nodePorts['80/tcp']).to.be.within(30_000, 32_767);
		expect(services.get('nobody')?.backends).to.deep.equal([]);

		for (const name of ['web', 'on-node', 'node/a']) {
			const stream = await deployment.openAgent(name);
			const answer = await ready(stream, run);
			const endpoint = endpoints.get(name.includes('/') ? name : `pod/${name}`);
			expect(answer.uid, name).to.equal(endpoint?.uid);
			expect(answer.failures, name).to.deep.equal([]);
			stream.close();
		}
	});

	it('makes pods with a boot plan, follows labels, and says that pods are gone when they are', async () => {
		const labels = { app: 'web' };
		const deployment = await deploy({
			pods: {
				web: pod({ namespace: 'ka-shop', labels, listen: [tcp(80)] }),
				early: pod({ namespace: 'ka-shop', attemptsAtStart: true }),
			},
			initialPods: ['web'],
			services: { web: service({}) },
		});
		const web = deployment.endpoints().find(({ name }) => name === 'web');
		await deployment.createPods(['early'], {
			early: [
				{
					...{ token: 'boot', protocol: 'tcp', speaks: 'tcp', family: 'ipv4', source: { port: 2000 }, delay: 0 },
					...{ destination: { address: web?.addresses.ipv4 ?? '', port: 80 }, deadline: 500, every: 20, limit: 3 },
				},
			],
		});
		const stream = await deployment.openAgent('early');
		const results = await new Promise<string[]>((resolve) => {
			const codes: string[] = [];
			stream.onLine((line) => {
				const message = JSON.parse(line) as AgentMessage;
				if (message.is === 'result') codes.push(message.outcome.code);
				if (codes.length === 3) resolve(codes);
			});
			stream.send(JSON.stringify({ do: 'hello', run, after: 0 }));
		});
		expect(results, 'attempts from before there was a stream').to.include('replied');

		await deployment.labelPod('web', { app: 'other', tier: 'x' }, []);
		expect(deployment.services()[0]?.backends).to.deep.equal([]);
		await deployment.labelPod('web', { app: 'web' }, ['tier']);
		expect(deployment.services()[0]?.backends).to.deep.equal(['web']);
		await deployment.labelNamespace('ka-shop', { team: 'ops' }, []);

		await deployment.removePods(['early']);
		expect(await stream.ended, 'its containers are gone too').to.contain('early');
		expect(deployment.endpoints().map(({ name }) => name)).not.to.include('early');
		expect(await names('Pod')).to.deep.equal(['web']);
		const reopened: unknown = await deployment.openAgent('early').catch((error: unknown) => error);
		expect(reopened).to.be.instanceOf(GatecrashError);
	});

	it('leaves an emptied namespace to the next scenario, with nothing of the last one in it', async () => {
		const policy = {
			...{
				apiVersion: 'networking.k8s.io/v1',
				kind: 'NetworkPolicy',
				metadata: { name: 'deny', namespace: 'ka-shop' },
			},
			spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
		};
		const pods = { web: pod({ namespace: 'ka-shop', serviceAccount: 'web', listen: [tcp(80)] }) };
		const first = await deploy({ pods, services: { web: service({}) } });
		await first.labelNamespace('ka-shop', { extra: 'x' }, ['team']);
		await first.apply([policy]);
		const made = await client.get<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', name: 'ka-shop' });
		expect(made?.metadata.labels).to.include({ extra: 'x' }).and.not.to.have.property('team');
		await first.close();
		expect(await names('Pod')).to.deep.equal([]);
		expect(await names('Service')).to.deep.equal([]);
		expect(await names('NetworkPolicy', 'ka-shop', 'networking.k8s.io/v1')).to.deep.equal([]);
		expect(await names('ServiceAccount')).to.deep.equal(['default']);

		await deploy({ pods });
		const used = await client.get<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', name: 'ka-shop' });
		expect(used?.metadata.uid).to.equal(made?.metadata.uid);
		expect(used?.metadata.labels).to.include({ team: 'shop' }).and.not.to.have.property('extra');
	});

	it('does not use a namespace again in which somebody else has left something', async () => {
		const first = await deploy({ pods: { web: pod({ namespace: 'ka-shop' }) } });
		const made = await client.get<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', name: 'ka-shop' });
		await client.apply({
			...{
				apiVersion: 'networking.k8s.io/v1',
				kind: 'NetworkPolicy',
				metadata: { name: 'theirs', namespace: 'ka-shop' },
			},
			...{ spec: { podSelector: {}, policyTypes: ['Ingress'] } },
		});
		await first.close();
		await deploy({ pods: { web: pod({ namespace: 'ka-shop' }) } });
		const used = await client.get<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', name: 'ka-shop' });
		expect(used?.metadata.uid).not.to.equal(made?.metadata.uid);
	});

	it('takes turns with another run that wants the same namespace', async () => {
		const other = new KubernetesSite({ client, run: `${run}x`, agentImage: image });
		const settings = { run: `${run}x`, key: 'ab'.repeat(32), limits: defaultAgentLimits };
		const first = await deploy({ pods: { web: pod({ namespace: 'ka-shop' }) } });
		let deployed = false;
		const waiting = other
			.deploy(workload({ pods: { web: pod({ namespace: 'ka-shop' }) } }), settings, quiet)
			.then((got) => {
				deployed = true;
				return got;
			});
		try {
			await new Promise((resolve) => setTimeout(resolve, 1500));
			expect(deployed).to.equal(false);
			// It would be kept for our next scenario, but somebody waits for it.
			await first.close();
			await (await waiting).close();
		} finally {
			await other.close();
		}
	});

	it('touches no namespace and no policy of somebody else', async () => {
		const theirs = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ka-theirs' } };
		await client.apply(theirs);
		try {
			const error: unknown = await deploy({ namespaces: { 'ka-theirs': namespace } }).catch(
				(reason: unknown) => reason,
			);
			expect(error).to.be.instanceOf(GatecrashError);
			expect((error as GatecrashError).message).to.equal(
				'The namespace ka-theirs is there already, and not gatecrash’s.',
			);
			const there = await client.get<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', name: 'ka-theirs' });
			expect(there?.metadata).to.not.have.property('deletionTimestamp');
		} finally {
			await client.remove({ apiVersion: 'v1', kind: 'Namespace', name: 'ka-theirs' });
		}
	});

	it('gives every scenario namespaces of its own on a cluster of others, and waits until they are gone', async () => {
		newSite({ naming: runScoped('20261121-000000-abc123') });
		const pods = { web: pod({ namespace: 'ka-shop' }) };
		await Promise.all([deploy({ pods }), deploy({ pods })]);
		expect(await names('Pod', 'gc-abc123-ka-shop')).to.deep.equal(['web']);
		expect(await names('Pod', 'gc-abc123-ka-shop-2')).to.deep.equal(['web']);
		await Promise.all(open.splice(0).map((deployment) => deployment.close()));
		await site.close();
		for (const name of ['gc-abc123-ka-shop', 'gc-abc123-ka-shop-2']) {
			expect(await client.get({ apiVersion: 'v1', kind: 'Namespace', name }), name).to.equal(undefined);
		}
	});

	it('sees a canary policy close', async () => {
		const deployment = await deploy({ pods: { web: pod({ namespace: 'ka-shop' }) } });
		for (let time = 0; time < 2; time += 1) {
			const took = await deployment.canary?.(30_000, quiet);
			expect(took).to.be.a('number').and.below(30_000);
		}
		const harness = `gatecrash-${run.slice(-6)}`;
		expect(await names('NetworkPolicy', harness, 'networking.k8s.io/v1')).to.deep.equal([]);
	});

	it('leaves nothing behind when it is told to stop half-way', async () => {
		for (const after of [5, 60, 400]) {
			const controller = new AbortController();
			const settings = { run, key: 'ab'.repeat(32), limits: defaultAgentLimits };
			setTimeout(() => controller.abort(new GatecrashError('GC_INTERRUPTED', 'enough')), after);
			const wanted = workload({
				pods: { web: pod({ namespace: 'ka-shop' }), other: pod({ namespace: 'ka-shop' }) },
				services: { web: service({}) },
				attemptingNodes: ['a'],
			});
			const error: unknown = await site.deploy(wanted, settings, controller.signal).catch((reason: unknown) => reason);
			expect(error, `after ${after} ms`).to.include({ code: 'GC_INTERRUPTED' });
			await site.close();
			const left = await client.list<KubeObject>(
				{ apiVersion: 'v1', kind: 'Namespace' },
				{ labelSelector: `gatecrash.dev/run=${run}` },
			);
			expect(
				left.filter(({ metadata }) => metadata.deletionTimestamp === undefined),
				`after ${after} ms`,
			).to.deep.equal([]);
			newSite();
		}
	});

	it('ends a control stream whose pod is deleted, and does not open it again', async () => {
		const deployment = await deploy({ pods: { web: pod({ namespace: 'ka-shop' }) } });
		const stream = await deployment.openAgent('web');
		await ready(stream, run);
		await client.remove({ apiVersion: 'v1', kind: 'Pod', name: 'web', namespace: 'ka-shop' }, { grace: 0 });
		expect(await stream.ended).to.contain('ka-shop/web');
		const error: unknown = await deployment.openAgent('web').catch((reason: unknown) => reason);
		expect(error).to.be.instanceOf(GatecrashError);
		expect((error as GatecrashError).code).to.equal('GC_AGENT');
	});
});
