import { expect } from 'chai';
import type { EmbeddedDeployment } from '../../../../src/cluster/netns/embedded-deployment.ts';
import { findEnvoy } from '../../../../src/cluster/netns/envoy/envoy-binary.ts';
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
import { pod, service } from '../../workload.ts';

const ports = [8080, 9000].map((port) => ({
	...{ port, targetPort: port, protocol: 'tcp' as const },
	name: `p${port}`,
	nodePort: undefined,
}));
const headless = service('shop', 'mixed', { headless: true, ports });
const clientId = 'spiffe://cluster.local/ns/shop/sa/client';

describe('A sidecar of the embedded mesh', function () {
	this.timeout(30_000);
	let mesh: MeshCluster;
	before(async function () {
		if (findEnvoy() === undefined) this.skip();
		mesh = await MeshCluster.start(
			meshWorkload({
				pods: {
					other: pod('shop', 'other', [], { listen: [http(8080), tcp(9000)] }),
					mixed: sidecarPod('shop', 'mixed', [http(8080), tcp(9000)]),
				},
				services: { app: appService, mixed: headless },
			}),
		);
	});
	after(() => mesh?.close());
	const permissive = peerAuthentication({ mtls: { mode: 'PERMISSIVE' } });

	for (const family of ['ipv4', 'ipv6'] as const) {
		const local = family === 'ipv4' ? '127.0.0.6' : '::6';

		it(`lets clear text in under PERMISSIVE and resets it under STRICT, ${family}`, async () => {
			await mesh.apply(permissive);
			expect(await mesh.try('naked', 'app', 9000, { family })).to.equal(`app from ${local}`);
			expect(await mesh.try('naked', 'app', 8080, { family })).to.equal(`app from ${local}`);
			await mesh.apply(strict);
			expect(await mesh.try('naked', 'app', 9000, { family })).to.equal('ECONNRESET');
			expect(await mesh.try('naked', 'app', 8080, { family })).to.equal('ECONNRESET');
		});

		it(`lets in who has a sidecar, with the identity of its service account, ${family}`, async () => {
			for (const policy of [permissive, strict]) {
				await mesh.apply(policy);
				expect(await mesh.try('client', 'svc/app', 90, { family })).to.equal(`app from ${local}`);
				expect(await mesh.try('client', 'svc/app', 80, { family })).to.equal(`app from ${local} as ${clientId}`);
			}
		});

		it(`sends on as it is what goes to the address of a pod, so that STRICT refuses it, ${family}`, async () => {
			await mesh.apply(permissive);
			expect(await mesh.try('client', 'app', 9000, { family })).to.equal(`app from ${local}`);
			expect(await mesh.try('client', 'app', 8080, { family })).to.equal(`app from ${local}`);
			await mesh.apply(strict);
			expect(await mesh.try('client', 'app', 9000, { family })).to.equal('ECONNRESET');
			expect(await mesh.try('client', 'app', 8080, { family })).to.equal('ECONNRESET');
		});

		it(`knows the pods behind headless Services, of TCP ports, ${family}`, async () => {
			await mesh.apply(strict);
			expect(await mesh.try('client', 'mixed', 9000, { family })).to.equal(`mixed from ${local}`);
			expect(await mesh.try('client', 'mixed', 8080, { family })).to.equal('ECONNRESET');
		});

		it(`reaches in the clear whoever has none, ${family}`, async () => {
			const client = mesh.cluster.address('client', family);
			expect(await mesh.try('client', 'other', 9000, { family })).to.equal(`other from ${client}`);
			expect(await mesh.try('client', 'other', 8080, { family })).to.equal(`other from ${client}`);
		});
	}

	it('lets in TLS with a valid certificate, whatever ALPN it offers under STRICT', async () => {
		await mesh.apply(strict);
		const own = 'spiffe://cluster.local/ns/shop/sa/default';
		expect(await mesh.tls('app', 8080, 'valid')).to.equal(`app from 127.0.0.6 as ${own}`);
		expect(await mesh.tls('app', 8080, 'valid', ['http/1.1'])).to.equal(`app from 127.0.0.6 as ${own}`);
		expect(await mesh.tls('app', 9000, 'valid')).to.equal('app from 127.0.0.6');
		const someone = 'spiffe://cluster.local/ns/someone/sa/else';
		expect(await mesh.tls('app', 8080, 'other-identity')).to.equal(`app from 127.0.0.6 as ${someone}`);
	});

	for (const [certificate, alert] of [
		['none', /certificate required/],
		['wrong-ca', /unknown ca|decrypt error|bad certificate/],
		['expired', /certificate expired/],
		['not-yet-valid', /bad certificate|certificate expired/],
		['other-trust-domain', /certificate unknown/],
	] as const) {
		it(`refuses TLS with certificate ${certificate}`, async () => {
			for (const policy of [permissive, strict]) {
				await mesh.apply(policy);
				expect(await mesh.tls('app', 8080, certificate)).to.match(alert);
				expect(await mesh.tls('app', 9000, certificate)).to.match(alert);
			}
		});
	}

	it('forwards no identity that a client only claims', async () => {
		const forged = 'By=spiffe://a;URI=spiffe://cluster.local/ns/shop/sa/admin';
		await mesh.apply(permissive);
		expect(await mesh.try('naked', 'app', 8080, { forged })).to.equal('app from 127.0.0.6');
		expect(await mesh.try('client', 'svc/app', 80, { forged })).to.equal(`app from 127.0.0.6 as ${clientId}`);
	});

	it('ends connections in the clear when it becomes STRICT, and keeps those of mutual TLS', async () => {
		await mesh.apply(permissive);
		await mesh.try('naked', 'app', 9000, { keep: 'clear' });
		await mesh.try('client', 'svc/app', 90, { keep: 'mutual' });
		await mesh.apply(strict);
		expect(await mesh.on('naked', 'clear')).to.equal('closed');
		expect(await mesh.on('client', 'mutual')).to.match(/^app from/);
		await mesh.apply(permissive);
		expect(await mesh.on('client', 'mutual')).to.match(/^app from/);
	});

	it('shows another certificate without a restart, from the next connection on', async () => {
		await mesh.apply(strict);
		const deployment = mesh.cluster.deployment as EmbeddedDeployment;
		await mesh.try('client', 'svc/app', 90, { keep: 'before' });
		await deployment.rotateCertificate('client', 'other-identity');
		const other = 'spiffe://cluster.local/ns/someone/sa/else';
		expect(await mesh.try('client', 'svc/app', 80)).to.equal(`app from 127.0.0.6 as ${other}`);
		await deployment.rotateCertificate('client', 'expired');
		expect(await mesh.try('client', 'svc/app', 80)).to.equal('status 503');
		expect(await mesh.try('client', 'svc/app', 90)).to.equal('ECONNRESET');
		expect(await mesh.on('client', 'before'), 'an open connection').to.match(/^app from/);
		await deployment.rotateCertificate('client', 'valid');
		expect(await mesh.try('client', 'svc/app', 80)).to.equal(`app from 127.0.0.6 as ${clientId}`);
	});

	it('takes changes as often as they come, each in force when it is acknowledged', async () => {
		for (let round = 0; round < 10; round++) {
			const { requestedAt, acknowledgedAt, level } = await mesh.apply(round % 2 === 0 ? strict : permissive);
			expect(level).to.equal('programmed');
			expect(acknowledgedAt - requestedAt).to.be.lessThan(3000);
			expect(await mesh.try('naked', 'app', 9000)).to.equal(round % 2 === 0 ? 'ECONNRESET' : 'app from 127.0.0.6');
		}
	});

	it('bypasses itself for what a pod sends to its own address, and not for what it sends to its own Service', async () => {
		await mesh.apply(strict);
		const own = mesh.cluster.address('app');
		expect(await mesh.try('app', 'app', 9000)).to.equal(`app from ${own}`);
		expect(await mesh.try('app', 'svc/app', 90)).to.equal('app from 127.0.0.6');
	});
});
