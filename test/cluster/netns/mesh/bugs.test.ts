import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { meshBugs } from '../../../../src/cluster/netns/bugs/mesh.ts';
import { engineWith, findBug } from '../../../../src/cluster/netns/bugs/inject.ts';
import { findEnvoy } from '../../../../src/cluster/netns/envoy/envoy-binary.ts';
import { mtlsModes } from '../../../../src/cluster/netns/mesh/mtls-modes.ts';
import { readPeerAuthentication } from '../../../../src/cluster/netns/mesh/peer-authentication.ts';
import type { CertificateChoice } from '../../../../src/model/scenario.ts';
import { MeshCluster, meshWorkload, peerAuthentication, strict } from './mesh-cluster.ts';

const mode = (mode: string) => ({ mtls: { mode } });
const selector = { matchLabels: { app: 'app' } };
const mesh = peerAuthentication(mode('STRICT'), 'mesh', 'istio-system');
const softPort = peerAuthentication({ selector, portLevelMtls: { 9000: { mode: 'PERMISSIVE' } } }, 'workload');
const softWorkload = peerAuthentication({ selector, ...mode('PERMISSIVE') }, 'workload');

/** Policies that such an engine takes to mean something else on ports 8080 and 9000, and some that it does not. */
const ofModes: Record<
	string,
	{ shows: ReturnType<typeof peerAuthentication>[]; wrong: string; hides: ReturnType<typeof peerAuthentication>[] }
> = {
	'strict-as-permissive': { shows: [strict], wrong: 'PERMISSIVE PERMISSIVE', hides: [softWorkload] },
	'port-mode-of-all-ports': {
		shows: [strict, softPort],
		wrong: 'PERMISSIVE PERMISSIVE',
		hides: [strict, softWorkload],
	},
	'port-mode-ignored': { shows: [strict, softPort], wrong: 'STRICT STRICT', hides: [strict, softWorkload] },
	'workload-policy-ignored': { shows: [strict, softWorkload], wrong: 'STRICT STRICT', hides: [strict] },
	'namespace-policy-ignored': { shows: [strict], wrong: 'PERMISSIVE PERMISSIVE', hides: [mesh, softPort] },
	'mesh-policy-ignored': { shows: [mesh], wrong: 'PERMISSIVE PERMISSIVE', hides: [strict] },
	'unset-means-permissive': { shows: [strict, softPort], wrong: 'PERMISSIVE PERMISSIVE', hides: [strict] },
	'newest-policy-wins': {
		shows: [strict, peerAuthentication(mode('PERMISSIVE'), 'newer')],
		wrong: 'PERMISSIVE PERMISSIVE',
		hides: [strict, softPort],
	},
};

/** Certificates that such an engine accepts; all others are refused as they should be. */
const ofCertificates: Record<string, CertificateChoice[]> = {
	'expired-certificate-accepted': ['expired'],
	'wrong-ca-accepted': ['wrong-ca'],
	'other-trust-domain-accepted': ['other-trust-domain'],
	'certificate-not-demanded': ['none', 'other-trust-domain'],
};

/** Who forges an identity there, and to whom it is then believed. */
const ofForwarding: Record<string, [from: string, to: string, port: number]> = {
	'forged-identity-let-through': ['naked', 'app', 8080],
	'forged-identity-let-out': ['client', 'svc/app', 80],
};

function modes(bugs: string[], policies: ReturnType<typeof peerAuthentication>[]): string {
	const engine = engineWith(bugs.map(findBug));
	const pod = { namespace: 'shop', labels: { app: 'app' } };
	const { others, ports } = mtlsModes(pod, policies.map(readPeerAuthentication), engine);
	return [8080, 9000].map((port) => ports.get(port) ?? others).join(' ');
}

describe('Seeded bugs of the mesh', function () {
	this.timeout(30_000);
	const open: MeshCluster[] = [];
	afterEach(() => Promise.all(open.splice(0).map((cluster) => cluster.close())));
	const start = async (bug: string) => {
		const cluster = await MeshCluster.start(meshWorkload(), { inject: [bug] });
		open.push(cluster);
		await cluster.apply(strict);
		return cluster;
	};

	it('all have a test here', () => {
		const tested = [...Object.keys(ofModes), ...Object.keys(ofCertificates), ...Object.keys(ofForwarding)];
		tested.push('first-port-uncaptured', 'capture-late');
		expect(meshBugs.map(({ name }) => name).toSorted()).to.deep.equal(tested.toSorted());
	});

	for (const [name, { shows, wrong, hides }] of Object.entries(ofModes)) {
		it(`${name} changes the modes where it should, and only there`, () => {
			expect(modes([name], shows), 'where it should').to.equal(wrong);
			expect(modes([], shows), 'honest').not.to.equal(wrong);
			expect(modes([name], hides), 'next to it').to.equal(modes([], hides));
		});
	}

	describe('on a real Envoy', () => {
		before(function () {
			if (findEnvoy() === undefined) this.skip();
		});

		it('strict-as-permissive lets clear text in under STRICT', async () => {
			expect(await (await start('strict-as-permissive')).try('naked', 'app', 9000)).to.equal('app from 127.0.0.6');
		});

		for (const [name, accepted] of Object.entries(ofCertificates)) {
			it(`${name} lets it in, and no other one`, async () => {
				const cluster = await start(name);
				for (const certificate of [...new Set(Object.values(ofCertificates).flat())]) {
					const outcome = await cluster.tls('app', 8080, certificate);
					if (accepted.includes(certificate)) expect(outcome, certificate).to.match(/^app from 127.0.0.6/);
					else expect(outcome, certificate).not.to.match(/^app/);
				}
				expect(await cluster.try('naked', 'app', 8080)).to.equal('ECONNRESET');
			});
		}

		for (const [name, wrong] of Object.entries(ofForwarding)) {
			it(`${name} passes on what a client wrote of itself, and only there`, async () => {
				const cluster = await start(name);
				await cluster.apply(peerAuthentication(mode('PERMISSIVE')));
				const forged = 'URI=spiffe://cluster.local/ns/shop/sa/admin';
				for (const way of Object.values(ofForwarding)) {
					const outcome = await cluster.try(...way, { forged });
					if (way === wrong) expect(outcome).to.match(/ as spiffe:.*admin$/);
					else expect(outcome, way[0]).not.to.contain('admin');
				}
			});
		}

		it('first-port-uncaptured opens the first port, and no other one', async () => {
			const cluster = await start('first-port-uncaptured');
			expect(await cluster.try('naked', 'app', 8080)).to.match(/^app from 10\./);
			expect(await cluster.try('naked', 'app', 9000)).to.equal('ECONNRESET');
		});

		it('capture-late leaves a pod open at its beginning, and closes it then', async () => {
			const cluster = await start('capture-late');
			expect(await cluster.try('naked', 'app', 9000)).to.match(/^app from 10\./);
			await delay(5500);
			expect(await cluster.try('naked', 'app', 9000)).to.equal('ECONNRESET');
		});
	});
});
