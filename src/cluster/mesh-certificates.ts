import { webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';
import type { ClientCertificate } from '../model/agent.ts';
import type { CertificateChoice, ServedCertificate } from '../model/scenario.ts';
import { spiffeId, trustDomain } from './spiffe.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const minute = 60_000;
const hour = 60 * minute;

/** From and until when, milliseconds from now. */
interface Validity {
	from: number;
	to: number;
}

/** Begins a little earlier than now, as Istio's do: clocks differ. */
const valid: Validity = { from: -2 * minute, to: 24 * hour };
const expired: Validity = { from: -2 * hour, to: -hour };
const notYetValid: Validity = { from: hour, to: 2 * hour };

interface Issuer {
	certificate: X509.X509Certificate;
	key: webcrypto.CryptoKey;
}

/**
 * The certificates of one mesh: a certificate authority of its own, ECDSA P-256, and leaves with a SPIFFE name and an
 * empty subject, as Istio's have. Beside it stands an authority that nobody trusts and that looks just the same, for
 * certificates that have to be refused. It is gone with the object unless `authority` is asked for.
 */
export class MeshCertificates {
	readonly #x509: typeof X509;
	#mesh: Issuer;
	/** Roots that were in force before, and are trusted for a while longer. */
	#former: Issuer[] = [];
	#next: Issuer | undefined;
	readonly #stranger: Issuer;

	private constructor(x509: typeof X509, mesh: Issuer, stranger: Issuer) {
		this.#x509 = x509;
		this.#mesh = mesh;
		this.#stranger = stranger;
	}

	static async create(): Promise<MeshCertificates> {
		// Half a megabyte that only clusters with a mesh need.
		const x509 = await import('@peculiar/x509');
		return new MeshCertificates(x509, await newAuthority(x509), await theStranger(x509));
	}

	/** Another authority stands ready: it is trusted from now on, and issues after `renew`. */
	async announce(): Promise<void> {
		this.#next ??= await newAuthority(this.#x509, `CN=root of ${new Date().toISOString()}`);
	}

	/** From now on the announced authority issues; the one of before is trusted beside it until `forgetFormer`. */
	async renew(): Promise<void> {
		await this.announce();
		if (!this.#next) return;
		this.#former = [this.#mesh, ...this.#former];
		this.#mesh = this.#next;
		this.#next = undefined;
	}

	/** Only the authority that issues is trusted. */
	forgetFormer(): void {
		this.#former = [];
		this.#next = undefined;
	}

	/** PEM of every authority that sidecars trust, the one that issues first. */
	get trusted(): string[] {
		const all = [this.#mesh, ...(this.#next ? [this.#next] : []), ...this.#former];
		return all.map(({ certificate }) => certificate.toString('pem'));
	}

	/** An authority that was written down before; the stranger beside it was not. */
	static async restore({ chain, key }: ClientCertificate): Promise<MeshCertificates> {
		const x509 = await import('@peculiar/x509');
		const imported = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(key), algorithm, true, [
			'sign',
		]);
		const mesh = { certificate: new x509.X509Certificate(chain), key: imported };
		return new MeshCertificates(x509, mesh, await theStranger(x509));
	}

	/** The authority that every sidecar trusts, with its key: for a mesh that issues with it, or to be kept beside it. */
	async authority(): Promise<ClientCertificate> {
		const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', this.#mesh.key);
		return { chain: this.root, key: this.#x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
	}

	/** PEM of the authority that issues. */
	get root(): string {
		return this.#mesh.certificate.toString('pem');
	}

	/** PEM of the one that none should trust. */
	get strangersRoot(): string {
		return this.#stranger.certificate.toString('pem');
	}

	forWorkload(namespace: string, serviceAccount: string | undefined): Promise<ClientCertificate> {
		return this.#issue(this.#mesh, [spiffeId(namespace, serviceAccount)], valid);
	}

	/** What a workload with this namespace and service account shows when it is told to show something else. */
	chosen(
		choice: Exclude<CertificateChoice, 'none'>,
		namespace: string,
		serviceAccount: string | undefined,
	): Promise<ClientCertificate> {
		const own = spiffeId(namespace, serviceAccount);
		switch (choice) {
			case 'valid':
				return this.#issue(this.#mesh, [own], valid);
			case 'wrong-ca':
				return this.#issue(this.#stranger, [own], valid);
			case 'expired':
				return this.#issue(this.#mesh, [own], expired);
			case 'not-yet-valid':
				return this.#issue(this.#mesh, [own], notYetValid);
			case 'other-trust-domain':
				return this.#issue(this.#mesh, [spiffeId(namespace, serviceAccount, 'other.example')], valid);
			case 'other-identity':
				return this.#issue(this.#mesh, [spiffeId('someone', 'else')], valid);
		}
	}

	/** For a server or client that names itself, PEM. `names`: DNS names and URIs. */
	named(names: readonly string[], is: ServedCertificate['is']): Promise<ClientCertificate> {
		switch (is) {
			case 'valid':
				return this.#issue(this.#mesh, names, valid);
			case 'wrong-ca':
				return this.#issue(this.#stranger, names, valid);
			case 'expired':
				return this.#issue(this.#mesh, names, expired);
			case 'not-yet-valid':
				return this.#issue(this.#mesh, names, notYetValid);
		}
	}

	async #issue(issuer: Issuer, names: readonly string[], { from, to }: Validity): Promise<ClientCertificate> {
		const x509 = this.#x509;
		const keys = await newKeys();
		const certificate = await x509.X509CertificateGenerator.create(
			{
				serialNumber: newSerial(),
				issuer: issuer.certificate.subject,
				notBefore: new Date(Date.now() + from),
				notAfter: new Date(Date.now() + to),
				signingAlgorithm: algorithm,
				publicKey: keys.publicKey,
				signingKey: issuer.key,
				extensions: [
					new x509.BasicConstraintsExtension(false, undefined, true),
					new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
					new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
					await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate, false, webcrypto),
					// Critical, because the subject is empty (RFC 5280, 4.2.1.6).
					new x509.SubjectAlternativeNameExtension(
						names.map((value) => ({ type: value.includes('://') ? 'url' : 'dns', value })),
						true,
					),
				],
			},
			webcrypto,
		);
		const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
		return { chain: certificate.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
	}
}

let stranger: Promise<Issuer> | undefined;

/** One for all meshes of the process: nobody trusts it anywhere. */
function theStranger(x509: typeof X509): Promise<Issuer> {
	return (stranger ??= newAuthority(x509));
}

/** `more`: of its name, so that people can tell it from another one. */
async function newAuthority(x509: typeof X509, more?: string): Promise<Issuer> {
	const keys = await newKeys();
	const certificate = await x509.X509CertificateGenerator.createSelfSigned(
		{
			serialNumber: newSerial(),
			name: [`O=${trustDomain}`, ...(more === undefined ? [] : [more])].join(', '),
			notBefore: new Date(Date.now() - hour),
			// Longer than a kept cluster stands.
			notAfter: new Date(Date.now() + 30 * 24 * hour),
			signingAlgorithm: algorithm,
			keys,
			extensions: [
				new x509.BasicConstraintsExtension(true, undefined, true),
				new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
				await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
			],
		},
		webcrypto,
	);
	return { certificate, key: keys.privateKey };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
	return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

/** Hex of 16 bytes, of which the first is not above 127: serial numbers are positive. */
function newSerial(): string {
	const bytes = webcrypto.getRandomValues(new Uint8Array(16));
	bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
	return Buffer.from(bytes).toString('hex');
}
