import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientCertificate } from '../../src/model/agent.ts';

/** A certificate authority, made by openssl, and what it signs. Each has one SPIFFE id and is valid for a day. */
export class TestAuthority {
	readonly #folder = mkdtempSync(join(tmpdir(), 'gatecrash-ca-'));
	#serial = 0;
	/** PEM. */
	readonly root: string;

	constructor() {
		process.on('exit', () => rmSync(this.#folder, { recursive: true, force: true }));
		this.#run('req', '-x509', ...newKey, '-days', '1', '-subj', '/O=test', '-keyout', 'ca.key', '-out', 'ca.pem');
		this.root = this.#read('ca.pem');
	}

	/** `days` negative: expired already. */
	issue(spiffe: string, days = 1): ClientCertificate {
		this.#serial += 1;
		const name = `leaf-${this.#serial}`;
		writeFileSync(join(this.#folder, 'names'), `subjectAltName=critical,URI:${spiffe}\n`);
		this.#run('req', ...newKey, '-subj', '/', '-keyout', `${name}.key`, '-out', `${name}.csr`);
		this.#run(
			...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', `${this.#serial}`],
			...['-days', `${days}`, '-extfile', 'names', '-out', `${name}.pem`],
		);
		return { chain: this.#read(`${name}.pem`), key: this.#read(`${name}.key`) };
	}

	/** As files, for programs that want those. */
	save({ chain, key }: ClientCertificate): { chain: string; key: string; root: string } {
		const [chainFile, keyFile] = ['saved.pem', 'saved.key'].map((name) => join(this.#folder, name)) as [string, string];
		writeFileSync(chainFile, chain);
		writeFileSync(keyFile, key);
		return { chain: chainFile, key: keyFile, root: join(this.#folder, 'ca.pem') };
	}

	#read(name: string): string {
		return readFileSync(join(this.#folder, name), 'utf8');
	}

	#run(...args: string[]): void {
		execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' });
	}
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
