import { expect } from 'chai';
import { findEnvoy } from '../../../../src/cluster/netns/mesh/envoy-binary.ts';
import type { KubernetesObject } from '../../../../src/model/policy.ts';
import { TestCluster } from '../../test-cluster.ts';
import { pod, service, workload } from '../../workload.ts';

export function peerAuthentication(spec: unknown, name = 'default', namespace = 'shop'): KubernetesObject {
	return { apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { name, namespace }, spec };
}

const strict = peerAuthentication({ mtls: { mode: 'STRICT' } });

const shop = () =>
	workload({
		pods: {
			naked: pod('shop', 'naked'),
			client: pod('shop', 'client', [], { mesh: 'sidecar' }),
			app: pod('shop', 'app', ['9000/tcp'], { mesh: 'sidecar' }),
		},
		services: {
			app: service('shop', 'app', {
				ports: [{ port: 80, targetPort: 9000, protocol: 'tcp', name: undefined, nodePort: undefined }],
			}),
		},
	});

describe('A sidecar of the embedded mesh', () => {
	const open: TestCluster[] = [];
	before(function () {
		if (findEnvoy() === undefined) this.skip();
	});
	afterEach(() => Promise.all(open.splice(0).map((cluster) => cluster.close())));
	const start = async (...parameters: Parameters<typeof TestCluster.start>) => {
		const cluster = await TestCluster.start(...parameters);
		open.push(cluster);
		return cluster;
	};

	it('lets clear text in under PERMISSIVE, and resets it under STRICT; with a sidecar one gets through in both', async () => {
		const cluster = await start(shop());
		const to = cluster.address('app');
		const six = cluster.address('app', 'ipv6');
		expect(await cluster.attempt('naked', to, 9000)).to.equal('app from 127.0.0.6');
		expect(await cluster.attempt('naked', six, 9000)).to.match(/^app from ::6/);
		expect(await cluster.attempt('client', to, 9000)).to.equal('app from 127.0.0.6');
		await cluster.deployment.apply([strict]);
		expect(await cluster.attempt('naked', to, 9000)).to.equal('ECONNRESET');
		expect(await cluster.attempt('naked', six, 9000)).to.equal('ECONNRESET');
		expect(await cluster.attempt('client', to, 9000)).to.equal('app from 127.0.0.6');
		expect(await cluster.attempt('client', six, 9000)).to.match(/^app from ::6/);
		expect(await cluster.attempt('client', cluster.address('svc/app'), 80)).to.equal('app from 127.0.0.6');
	});
});
