import { expect } from 'chai';
import { findEnvoy } from '../../../../src/cluster/netns/envoy/envoy-binary.ts';
import { GatecrashError } from '../../../../src/model/gatecrash-error.ts';
import { http, MeshCluster, meshWorkload, peerAuthentication, sidecarPod, strict } from './mesh-cluster.ts';

const permissive = peerAuthentication({ mtls: { mode: 'PERMISSIVE' } });

describe('Faults of the embedded mesh', function () {
	this.timeout(30_000);
	let mesh: MeshCluster;
	before(function () {
		if (findEnvoy() === undefined) this.skip();
	});
	afterEach(() => mesh?.close());
	const inject = async (fault: Parameters<NonNullable<typeof mesh.cluster.deployment.inject>>[0]) =>
		(await mesh.cluster.deployment.inject?.(fault))?.effects;
	const heal = async (fault: Parameters<NonNullable<typeof mesh.cluster.deployment.heal>>[0]) =>
		(await mesh.cluster.deployment.heal?.(fault))?.effects;

	it('stopped: a change reaches no sidecar before it is healed, and then it does', async () => {
		mesh = await MeshCluster.start(meshWorkload());
		await mesh.apply(strict);
		expect(await inject('stop-mesh-control-plane')).to.deep.equal([
			'the sidecars of app and client hear of nothing any more',
		]);
		await mesh.apply(permissive);
		expect(await mesh.try('naked', 'app', 8080)).to.equal('ECONNRESET');
		expect(await mesh.try('client', 'svc/app', 80)).to.match(/^app from 127.0.0.6 as /);
		expect(await heal('stop-mesh-control-plane')).to.deep.equal([
			'the sidecars of app and client hear of changes again',
		]);
		expect(await mesh.try('naked', 'app', 8080)).to.equal('app from 127.0.0.6');
		expect(await heal('stop-mesh-control-plane'), 'once more').to.deep.equal([]);
	});

	it('stopped: a pod that needs a sidecar is refused, as without Istio’s webhook, and others are not', async () => {
		const late = sidecarPod('shop', 'late', [http(8080)]);
		mesh = await MeshCluster.start(meshWorkload({ pods: { late }, initialPods: ['naked', 'client', 'app'] }));
		await inject('stop-mesh-control-plane');
		const refused = await mesh.cluster.deployment.createPods(['late'], {}).catch((error: unknown) => error);
		expect(refused).to.be.instanceOf(GatecrashError);
		expect((refused as Error).message).to.equal('The mesh’s control plane is stopped: no sidecar for late.');
	});

	it('certificates rotated: sidecars show others, and go on', async () => {
		mesh = await MeshCluster.start(meshWorkload());
		await mesh.apply(strict);
		const effects = (await inject('rotate-certificates')) ?? [];
		expect(effects.map((text) => text.replaceAll(/[0-9a-f]{30,}/g, 'N')).sort()).to.deep.equal([
			'certificate of app: serial number N became N',
			'certificate of client: serial number N became N',
		]);
		for (const text of effects) expect(new Set(text.match(/[0-9a-f]{30,}/g)).size).to.equal(2);
		expect(await mesh.try('client', 'svc/app', 80)).to.match(/^app from 127.0.0.6 as /);
		expect(await mesh.try('naked', 'app', 8080)).to.equal('ECONNRESET');
	});

	it('root replaced: certificates of both are let in until it is healed, then those of the new one alone', async () => {
		mesh = await MeshCluster.start(meshWorkload());
		await mesh.apply(strict);
		const { deployment } = mesh.cluster;
		const old = await deployment.clientCertificate?.('naked', 'valid');
		const withOld = () => mesh.try('naked', 'app', 8080, { tls: { ...old, alpn: ['istio-http/1.1', 'istio'] } });
		expect((await inject('rotate-mesh-root'))?.length).to.equal(2);
		expect(await withOld()).to.match(/^app from/);
		expect(await mesh.tls('app', 8080, 'valid')).to.match(/^app from/);
		expect(await mesh.tls('app', 8080, 'wrong-ca')).not.to.match(/^app/);
		expect(await heal('rotate-mesh-root')).to.deep.equal(['the sidecars of app and client trust the new root only']);
		expect(await withOld()).not.to.match(/^app/);
		expect(await mesh.tls('app', 8080, 'valid')).to.match(/^app from/);
		expect(await mesh.try('client', 'svc/app', 80)).to.match(/^app from 127.0.0.6 as /);
	});
});
