import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { findEnvoy } from '../../../../src/cluster/netns/envoy/envoy-binary.ts';
import type { KubernetesObject } from '../../../../src/model/policy.ts';
import { policy } from '../../test-cluster.ts';
import { pod, service } from '../../workload.ts';
import {
	appService,
	http,
	MeshCluster,
	meshWorkload,
	peerAuthentication,
	sidecarPod,
	strict,
	tcp,
} from './mesh-cluster.ts';

function destinationRule(host: string, tls: string, namespace = 'shop'): KubernetesObject {
	return {
		apiVersion: 'networking.istio.io/v1',
		kind: 'DestinationRule',
		metadata: { name: 'rule', namespace },
		spec: { host, trafficPolicy: { tls: { mode: tls } } },
	};
}

function sidecarResource(spec: object): KubernetesObject {
	return { ...destinationRule('', ''), kind: 'Sidecar', spec };
}

function authorization(action: string, rules: object[], name = 'rule'): KubernetesObject {
	return { ...peerAuthentication({ action, rules }, name), kind: 'AuthorizationPolicy' };
}

describe('The embedded mesh', function () {
	this.timeout(30_000);
	const open: MeshCluster[] = [];
	before(function () {
		if (findEnvoy() === undefined) this.skip();
	});
	afterEach(() => Promise.all(open.splice(0).map((mesh) => mesh.close())));
	const start = async (...parameters: Parameters<typeof MeshCluster.start>) => {
		const mesh = await MeshCluster.start(...parameters);
		open.push(mesh);
		return mesh;
	};

	it('gives no sidecar to pods that say so, nor to those in the network of the node', async () => {
		const mesh = await start(
			meshWorkload({
				namespaces: { shop: { labels: {}, mesh: 'sidecar', existing: false } },
				pods: {
					naked: pod('shop', 'naked', [], { mesh: 'none' }),
					app: pod('shop', 'app', [], { listen: [tcp(9000)] }),
					opted: pod('shop', 'opted', [], { listen: [tcp(9000)], annotations: { 'sidecar.istio.io/inject': 'false' } }),
					misspelt: pod('shop', 'misspelt', [], {
						listen: [tcp(9000)],
						annotations: { 'sidecar.istio.io/inject': 'flase' },
					}),
					host: pod('shop', 'host', [], { listen: [tcp(9000)], hostNetwork: true }),
				},
			}),
		);
		await mesh.apply(strict);
		const naked = mesh.cluster.address('naked');
		expect(await mesh.try('naked', 'app', 9000)).to.equal('ECONNRESET');
		expect(await mesh.try('naked', 'misspelt', 9000)).to.equal('ECONNRESET');
		expect(await mesh.try('naked', 'opted', 9000)).to.equal(`opted from ${naked}`);
		expect(await mesh.try('naked', 'host', mesh.cluster.realPort('host', 9000))).to.equal(`host from ${naked}`);
	});

	it('leaves ports alone that the annotations exclude; who has a sidecar cannot use them', async () => {
		const annotations = { 'traffic.sidecar.istio.io/excludeInboundPorts': '9000, 9001' };
		const mesh = await start(meshWorkload({ app: { annotations } }));
		await mesh.apply(strict);
		expect(await mesh.try('naked', 'app', 9000)).to.equal(`app from ${mesh.cluster.address('naked')}`);
		expect(await mesh.try('naked', 'app', 8080)).to.equal('ECONNRESET');
		expect(await mesh.try('client', 'svc/app', 90)).not.to.match(/^app/);
	});

	it('takes ports apart: one in the clear beside one that is STRICT, and no TLS where it is disabled', async () => {
		const mesh = await start(meshWorkload());
		const selector = { matchLabels: { app: 'app' } };
		const portLevelMtls = { 9000: { mode: 'DISABLE' } };
		await mesh.apply(peerAuthentication({ selector, mtls: { mode: 'STRICT' }, portLevelMtls }));
		expect(await mesh.try('naked', 'app', 9000)).to.equal('app from 127.0.0.6');
		expect(await mesh.try('naked', 'app', 8080)).to.equal('ECONNRESET');
		expect(await mesh.tls('app', 9000, 'valid')).to.equal('ECONNRESET');
		expect(await mesh.try('client', 'svc/app', 90)).to.equal('app from 127.0.0.6');
		expect(await mesh.try('client', 'svc/app', 80)).to.match(/^app from 127.0.0.6 as /);
	});

	it('knows who has a sidecar among the backends of a Service', async () => {
		const listen = [tcp(9000)];
		const ports = [{ port: 90, targetPort: 9000, protocol: 'tcp' as const, name: undefined, nodePort: undefined }];
		const mesh = await start(
			meshWorkload({
				pods: {
					one: sidecarPod('shop', 'one', listen, { labels: { app: 'mixed' } }),
					two: pod('shop', 'two', [], { labels: { app: 'mixed' }, listen }),
				},
				services: { mixed: service('shop', 'mixed', { ports }) },
			}),
		);
		await mesh.apply(strict);
		const answered = new Set<string>();
		for (let round = 0; round < 30; round++) answered.add(await mesh.try('client', 'svc/mixed', 90));
		expect([...answered].toSorted()).to.deep.equal([
			'one from 127.0.0.6',
			`two from ${mesh.cluster.address('client')}`,
		]);
	});

	it('tells every sidecar of pods that come and go, and of labels that change', async () => {
		const later = sidecarPod('shop', 'later', [http(8080), tcp(9000)]);
		const mesh = await start(
			meshWorkload({
				pods: { later },
				services: { app: appService, later: { ...appService, selector: { app: 'later' } } },
				initialPods: ['naked', 'client', 'app'],
			}),
		);
		const { deployment } = mesh.cluster;
		await mesh.apply(peerAuthentication({ selector: { matchLabels: { safe: 'yes' } }, mtls: { mode: 'STRICT' } }));
		await deployment.createPods(['later'], {});
		await mesh.cluster.open('later');
		expect(await mesh.try('client', 'svc/later', 80)).to.match(/^later from 127.0.0.6 as /);
		expect(await mesh.try('naked', 'later', 9000)).to.match(/^later from/);
		await deployment.labelPod('later', { safe: 'yes' }, []);
		expect(await mesh.try('naked', 'later', 9000)).to.equal('ECONNRESET');
		expect(await mesh.try('client', 'svc/later', 90)).to.match(/^later from/);
		await deployment.removePods(['later']);
		await deployment.createPods(['later'], {});
		expect(await mesh.try('client', 'svc/app', 90)).to.match(/^app from/);
	});

	it('is asked after NetworkPolicies, which see the addresses of pods and the ports that were meant', async () => {
		const mesh = await start(meshWorkload());
		await mesh.apply(
			strict,
			policy({
				spec: {
					podSelector: { matchLabels: { app: 'app' } },
					ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }], ports: [{ port: 8080 }] }],
				},
			}),
		);
		expect(await mesh.try('client', 'svc/app', 80)).to.match(/^app from 127.0.0.6 as /);
		expect(await mesh.try('client', 'svc/app', 90)).to.match(/^(ECONNRESET|closed)$/);
		expect(await mesh.try('naked', 'app', 8080, { wait: 300 })).to.equal('timed-out');
	});

	it('does what DestinationRules say of a Service', async () => {
		const mesh = await start(meshWorkload());
		await mesh.apply(strict);
		await mesh.apply(destinationRule('app', 'DISABLE'));
		expect(await mesh.try('client', 'svc/app', 80)).to.equal('status 503');
		expect(await mesh.try('client', 'svc/app', 90)).to.match(/^(ECONNRESET|closed)$/);
		await mesh.apply(destinationRule('app.shop.svc.cluster.local', 'ISTIO_MUTUAL'));
		expect(await mesh.try('client', 'svc/app', 80)).to.match(/^app from 127.0.0.6 as /);
		await mesh.apply(destinationRule('app', 'SIMPLE'));
		expect(await mesh.try('client', 'svc/app', 80)).to.equal('status 503');
		await mesh.cluster.deployment.remove([destinationRule('app', 'SIMPLE')]);
		expect(await mesh.try('client', 'svc/app', 80)).to.match(/^app from 127.0.0.6 as /);
	});

	it('leaves out what the annotation of a client keeps from its sidecar', async () => {
		const annotations = { 'traffic.sidecar.istio.io/excludeOutboundPorts': '90' };
		const mesh = await start(meshWorkload({ pods: { client: sidecarPod('shop', 'client', [], { annotations }) } }));
		await mesh.apply(strict);
		expect(await mesh.try('client', 'svc/app', 90)).to.equal('ECONNRESET');
		expect(await mesh.try('client', 'svc/app', 80)).to.match(/^app from 127.0.0.6 as /);
	});

	it('knows only the Services that a Sidecar names; what goes to no Service may be refused at all', async () => {
		const mesh = await start(meshWorkload());
		await mesh.apply(strict, sidecarResource({ egress: [{ hosts: ['istio-system/*'] }] }));
		expect(await mesh.try('client', 'svc/app', 80)).to.equal('ECONNRESET');
		await mesh.apply(sidecarResource({ egress: [{ hosts: ['./app.shop.svc.cluster.local'] }] }));
		expect(await mesh.try('client', 'svc/app', 80)).to.match(/^app from 127.0.0.6 as /);
		await mesh.apply(peerAuthentication({ mtls: { mode: 'PERMISSIVE' } }));
		expect(await mesh.try('client', 'app', 9000)).to.match(/^app/);
		await mesh.apply(sidecarResource({ outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' } }));
		expect(await mesh.try('client', 'app', 9000)).not.to.match(/^app/);
		expect(await mesh.try('client', 'svc/app', 90)).to.match(/^app/);
	});

	it('lets in only whom AuthorizationPolicies let in', async () => {
		const mesh = await start(meshWorkload());
		await mesh.apply(
			strict,
			authorization('ALLOW', [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/client'] } }] }]),
		);
		expect(await mesh.try('client', 'svc/app', 80)).to.match(/^app from 127.0.0.6 as /);
		expect(await mesh.try('client', 'svc/app', 90)).to.match(/^app/);
		expect(await mesh.tls('app', 8080, 'valid')).to.equal('status 403');
		expect(await mesh.tls('app', 9000, 'valid')).not.to.match(/^app/);
		await mesh.apply(authorization('DENY', [{ to: [{ operation: { ports: ['9000'] } }] }], 'deny'));
		expect(await mesh.try('client', 'svc/app', 80)).to.match(/^app/);
		expect(await mesh.try('client', 'svc/app', 90)).not.to.match(/^app/);
		await mesh.apply(authorization('ALLOW', []));
		expect(await mesh.try('client', 'svc/app', 80)).to.equal('status 403');
		await mesh.apply(authorization('ALLOW', [{ from: [{ source: { notNamespaces: ['someone'] } }] }]));
		expect(await mesh.tls('app', 8080, 'valid')).to.match(/^app/);
		expect(await mesh.tls('app', 8080, 'other-identity')).to.equal('status 403');
	});

	it('refuses kinds that it does not know, and changes nothing then', async () => {
		const mesh = await start(meshWorkload());
		const other = { ...strict, kind: 'RequestAuthentication' };
		expect(await mesh.apply(strict, other).catch(String)).to.match(
			/does not enforce .*RequestAuthentication shop\/default/,
		);
		expect(await mesh.try('naked', 'app', 9000)).to.match(/^app from/);
		const wrong = peerAuthentication({ mtls: { mode: 'SOMETIMES' } });
		expect(await mesh.apply(wrong).catch(String)).to.match(/PeerAuthentication shop\/default is not valid/);
	});

	it('refuses to go on when a sidecar ended by itself: that would look like a policy that blocks', async () => {
		const mesh = await start(meshWorkload());
		const { deployment } = mesh.cluster;
		expect((await deployment.lossCounters()).conntrackDrop).to.equal(0);
		const [sidecar] = ownProcesses().filter(({ command }) => command.includes('bootstrap.json'));
		process.kill(sidecar?.pid ?? 0, 'SIGKILL');
		await delay(200);
		expect(await deployment.lossCounters().catch(String)).to.match(/the proxy of \w+ ended \(SIGKILL\)/);
		expect(await mesh.apply(strict).catch(String)).to.match(/proxy of \w+ ended/);
	});
});

/** Processes that this one started; others on this machine may have the same names. */
function ownProcesses(): { pid: number; command: string }[] {
	return readdirSync('/proc').flatMap((name) => {
		try {
			const parent = / \S (\d+) /.exec(readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\)/, ' '))?.[1];
			if (Number(parent) !== process.pid) return [];
			return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, 'utf8') }];
		} catch {
			return [];
		}
	});
}
