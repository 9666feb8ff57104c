import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { authoritySecret, makeMeshAuthority, readMeshAuthority } from '../../src/cluster/kind/mesh-authority.ts';

describe('the certificate authority of a kind cluster’s mesh', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-authority-'));
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	it('is kept, so that later runs make certificates which the same root signs', async () => {
		const file = join(folder, 'authority.json');
		const made = await makeMeshAuthority(file);
		expect(statSync(file).mode & 0o777, 'it holds a key').to.equal(0o600);
		const restored = await readMeshAuthority(file);
		expect(restored?.root).to.equal(made.root);
		const { chain, key } = (await restored?.chosen('valid', 'shop', 'web')) ?? { chain: '', key: '' };
		const leaf = new X509Certificate(chain);
		expect(leaf.verify(new X509Certificate(made.root).publicKey)).to.equal(true);
		expect(leaf.checkPrivateKey(createPrivateKey(key))).to.equal(true);
		expect(leaf.subjectAltName).to.equal('URI:spiffe://cluster.local/ns/shop/sa/web');
		const stranger = (await restored?.chosen('wrong-ca', 'shop', 'web'))?.chain ?? '';
		expect(new X509Certificate(stranger).verify(new X509Certificate(made.root).publicKey)).to.equal(false);
	});

	it('is given to istiod as a signing certificate with its key', async () => {
		const made = await makeMeshAuthority(join(folder, 'authority.json'));
		const secret = (await authoritySecret('istio-system/cacerts', made)) as unknown as {
			metadata: object;
			stringData: Record<string, string>;
		};
		expect(secret.metadata).to.deep.equal({ name: 'cacerts', namespace: 'istio-system' });
		const certificate = new X509Certificate(secret.stringData['ca-cert.pem'] ?? '');
		expect(certificate.ca).to.equal(true);
		expect(certificate.checkPrivateKey(createPrivateKey(secret.stringData['ca-key.pem'] ?? ''))).to.equal(true);
	});

	it('is not there for a cluster that has none', async () => {
		expect(await readMeshAuthority(join(folder, 'nothing.json'))).to.equal(undefined);
	});
});
