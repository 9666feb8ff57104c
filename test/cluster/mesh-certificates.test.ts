import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { MeshCertificates } from '../../src/cluster/mesh-certificates.ts';

describe('Certificates of a mesh whose authority is ours', () => {
	let certificates: MeshCertificates;
	before(async () => {
		certificates = await MeshCertificates.create();
	});
	const read = async (choice: Parameters<MeshCertificates['chosen']>[0]) => {
		const { chain, key } = await certificates.chosen(choice, 'shop', 'app');
		const certificate = new X509Certificate(chain);
		expect(certificate.checkPrivateKey(createPrivateKey(key)), 'its own key').to.equal(true);
		const root = new X509Certificate(certificates.root);
		const [from, to] = [certificate.validFrom, certificate.validTo].map((time) => Date.parse(time) - Date.now());
		const when = (from ?? 0) > 0 ? 'later' : (to ?? 0) < 0 ? 'over' : 'now';
		return { name: certificate.subjectAltName, made: certificate.verify(root.publicKey), when };
	};
	const own = 'URI:spiffe://cluster.local/ns/shop/sa/app';

	it('have a SPIFFE name and an empty subject, ECDSA P-256, and no right to make others', async () => {
		const leaf = new X509Certificate((await certificates.forWorkload('shop', undefined)).chain);
		expect([leaf.subject, leaf.subjectAltName]).to.deep.equal([
			undefined,
			'URI:spiffe://cluster.local/ns/shop/sa/default',
		]);
		expect([leaf.ca, leaf.publicKey.asymmetricKeyDetails?.namedCurve]).to.deep.equal([false, 'prime256v1']);
		expect(leaf.checkIssued(new X509Certificate(certificates.root))).to.equal(true);
	});

	it('differ in what was chosen, and in nothing else', async () => {
		expect(await read('valid')).to.deep.equal({ name: own, made: true, when: 'now' });
		expect(await read('expired')).to.deep.equal({ name: own, made: true, when: 'over' });
		expect(await read('not-yet-valid')).to.deep.equal({ name: own, made: true, when: 'later' });
		expect(await read('wrong-ca')).to.deep.equal({ name: own, made: false, when: 'now' });
		expect(await read('other-trust-domain')).to.deep.equal({
			...{ name: 'URI:spiffe://other.example/ns/shop/sa/app', made: true, when: 'now' },
		});
		expect(await read('other-identity')).to.deep.equal({
			...{ name: 'URI:spiffe://cluster.local/ns/someone/sa/else', made: true, when: 'now' },
		});
	});

	it('of a root that takes the place of another: announced, issuing, alone', async () => {
		const mesh = await MeshCertificates.create();
		const old = mesh.root;
		await mesh.announce();
		expect([mesh.root, mesh.trusted.length, mesh.trusted.includes(old)]).to.deep.equal([old, 2, true]);
		const [next = ''] = mesh.trusted.filter((pem) => pem !== old);
		const issuedBy = async (pem: string) => {
			const leaf = new X509Certificate((await mesh.forWorkload('shop', 'app')).chain);
			return leaf.checkIssued(new X509Certificate(pem)) && leaf.verify(new X509Certificate(pem).publicKey);
		};
		expect(await issuedBy(old)).to.equal(true);
		await mesh.renew();
		expect(mesh.trusted).to.deep.equal([next, old]);
		expect([await issuedBy(next), await issuedBy(old)]).to.deep.equal([true, false]);
		expect(new X509Certificate(next).subject).not.to.equal(new X509Certificate(old).subject);
		mesh.forgetFormer();
		expect(mesh.trusted).to.deep.equal([next]);
		const restored = await MeshCertificates.restore(await mesh.authority());
		expect(restored.root).to.equal(next);
	});

	it('of the stranger are made by an authority of the same name', async () => {
		const [mesh, stranger] = [certificates.root, certificates.strangersRoot].map((pem) => new X509Certificate(pem));
		expect(stranger?.subject).to.equal(mesh?.subject);
		expect(stranger?.fingerprint256).not.to.equal(mesh?.fingerprint256);
	});
});
