import { spawn } from 'node:child_process';
import { createHmac, X509Certificate } from 'node:crypto';
import { createServer as createPlainServer, type Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { expect } from 'chai';
import type { AttemptCommand, ClientCertificate } from '../../src/model/agent.ts';
import { agentConfig, attempt, endAgents, freePort, http, startAgent, tcp } from './agent-process.ts';
import { TestAuthority } from './certificates.ts';

const serverId = 'spiffe://cluster.local/ns/shop/sa/server';
const clientId = 'spiffe://cluster.local/ns/shop/sa/client';

/** As the application behind a proxy would, in both dialects. */
function reply(text: string): string | undefined {
	const token = /^(?:gatecrash\/1 |GET \/gatecrash\/)([^ \n]+)/.exec(text)?.[1];
	if (token === undefined) return undefined;
	const { key } = agentConfig();
	const mac = createHmac('sha256', Buffer.from(key, 'hex')).update(`uid-server ${token}`).digest('hex').slice(0, 32);
	const line = `gatecrash/1 ${token} uid-server ${mac}\n`;
	return text.startsWith('GET') ? `HTTP/1.1 200 OK\r\nContent-Length: ${line.length}\r\n\r\n${line}` : line;
}

interface Seen {
	port: number;
	texts: string[];
	/** Of the client that got through the handshake. */
	clients: { name: string | undefined; alpn: string | false | null; port: number | undefined }[];
	/** How connections ended, for the server. */
	errors: string[];
}

describe('agent: attempts over TLS', () => {
	let authority: TestAuthority;
	let stranger: TestAuthority;
	let server: ClientCertificate;
	let valid: ClientCertificate;
	const open = new Set<{ close(): void }>();
	const sockets = new Set<Socket>();

	before(() => {
		authority = new TestAuthority();
		stranger = new TestAuthority();
		server = authority.issue(serverId);
		valid = authority.issue(clientId);
	});

	afterEach(async () => {
		await endAgents();
		for (const socket of sockets) socket.destroy();
		for (const one of open) one.close();
		sockets.clear();
		open.clear();
	});

	/** A server that asks for a certificate of our authority, as a sidecar under STRICT does. */
	async function listen(options: TlsOptions = {}, answer: (text: string) => string | undefined = reply): Promise<Seen> {
		const seen: Seen = { port: freePort(), texts: [], clients: [], errors: [] };
		const settings: TlsOptions = {
			...{ cert: server.chain, key: server.key, ca: authority.root },
			...{ requestCert: true, rejectUnauthorized: true, ...options },
		};
		const tls = createServer(settings, (socket: TLSSocket) => {
			const name = socket.getPeerCertificate().subjectaltname;
			seen.clients.push({ name, alpn: socket.alpnProtocol, port: socket.remotePort });
			socket.on('data', (data) => {
				seen.texts.push(data.toString('latin1'));
				const text = answer(data.toString('latin1'));
				if (text !== undefined) socket.write(text);
			});
			socket.on('error', (error: NodeJS.ErrnoException) => seen.errors.push(error.code ?? error.message));
		});
		tls.on('tlsClientError', (error: NodeJS.ErrnoException) => seen.errors.push(error.code ?? error.message));
		tls.on('connection', (socket: Socket) => {
			sockets.add(socket);
			socket.on('error', (error: NodeJS.ErrnoException) => seen.errors.push(error.code ?? error.message));
		});
		open.add(tls);
		await new Promise<void>((resolve) => tls.listen(seen.port, '127.0.0.1', resolve));
		return seen;
	}

	function overTls(port: number, change: Partial<NonNullable<AttemptCommand['tls']>>, speaks: 'tcp' | 'http' = 'tcp') {
		return attempt(port, { speaks, deadline: 2000, tls: { alpn: [], ...change } });
	}

	for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
		for (const speaks of ['tcp', 'http'] as const) {
			it(`replied: ${speaks} over ${version}, with a certificate and ALPN, from the planned source port`, async () => {
				const seen = await listen({ ALPNProtocols: ['istio'], minVersion: version, maxVersion: version });
				const client = await startAgent();
				const command = overTls(seen.port, { alpn: ['istio-http/1.1', 'istio'], certificate: valid }, speaks);
				const { outcome, source } = await client.try(command);
				expect(outcome).to.deep.equal({ code: 'replied', by: 'uid-server' });
				expect(source).to.deep.equal({ address: '127.0.0.1', port: command.source.port });
				expect(seen.clients).to.deep.equal([{ name: `URI:${clientId}`, alpn: 'istio', port: command.source.port }]);
			});
		}

		it(`tls-alert over ${version}: without a certificate, expired, of another authority`, async () => {
			const port = await refusingServer(version);
			const client = await startAgent();
			const certificates = {
				none: undefined,
				expired: authority.issue(clientId, -1),
				'wrong-ca': stranger.issue(clientId),
			};
			const results: Record<string, string> = {};
			for (const [name, certificate] of Object.entries(certificates)) {
				const { outcome } = await client.try(overTls(port, certificate ? { certificate } : {}));
				results[name] = `${outcome.code} ${outcome.detail}`;
			}
			// Only under TLS 1.3 is the client's handshake over, and the server's certificate known, before the alert.
			const who = version === 'TLSv1.3' ? `, the server is ${serverId}` : '';
			const none = version === 'TLSv1.3' ? 'certificate_required' : 'handshake_failure';
			expect(results).to.deep.equal({
				none: `tls-alert ${none}${who}`,
				expired: `tls-alert certificate_expired${who}`,
				'wrong-ca': `tls-alert unknown_ca${who}`,
			});
		});
	}

	it('tells what the server showed: names, issuer, validity, serial number, fingerprint; also where it refuses', async () => {
		const port = await refusingServer('TLSv1.3');
		const client = await startAgent();
		const refused = await client.try(overTls(port, {}));
		const seen = await listen();
		const taken = await client.try(overTls(seen.port, { certificate: valid }));
		const leaf = new X509Certificate(server.chain);
		for (const [{ outcome, certificate }, code] of [
			[refused, 'tls-alert'],
			[taken, 'replied'],
		] as const) {
			expect(outcome.code).to.equal(code);
			expect(certificate).to.deep.equal({
				// OpenSSL's servers add the issuer where they have it.
				...{ uris: [serverId], issuer: leaf.issuer.split('\n').join(', '), chain: 2 },
				notBefore: new Date(leaf.validFrom).toISOString(),
				notAfter: new Date(leaf.validTo).toISOString(),
				serial: leaf.serialNumber.toLowerCase(),
				fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
			});
		}
	});

	it('lets any server in, and names it where another answers', async () => {
		const { chain: cert, key } = stranger.issue('spiffe://elsewhere/ns/x/sa/y');
		const seen = await listen({ cert, key, requestCert: false }, () => 'gatecrash/1 echo\n');
		const client = await startAgent();
		const { outcome } = await client.try(overTls(seen.port, {}));
		expect(outcome.code).to.equal('answered-by-other');
		expect(outcome.detail).to.match(/, the server is spiffe:\/\/elsewhere\/ns\/x\/sa\/y$/);
	});

	it('http-status: what a proxy answers over TLS', async () => {
		const seen = await listen(
			{ requestCert: false },
			() => 'HTTP/1.1 503 no\r\nserver: envoy\r\nContent-Length: 0\r\n\r\n',
		);
		const client = await startAgent();
		const { outcome } = await client.try(overTls(seen.port, {}, 'http'));
		expect(outcome).to.deep.equal({ code: 'http-status', detail: `503, server: envoy, the server is ${serverId}` });
	});

	it('reset, closed, timed-out: the server gives up after the handshake, in it, or says nothing', async () => {
		const [silent, resets] = await Promise.all([
			listen({}, () => undefined),
			plain((socket) => socket.resetAndDestroy()),
		]);
		const [ends, banner] = await Promise.all([
			plain((socket) => socket.end()),
			plain((socket) => socket.write('220 x\r\n')),
		]);
		const client = await startAgent();
		const late = overTls(silent.port, { certificate: valid });
		expect((await client.try({ ...late, deadline: 300 })).outcome).to.deep.equal({
			...{ code: 'timed-out', detail: `the server is ${serverId}` },
		});
		expect((await client.try(overTls(resets, {}))).outcome).to.deep.equal({ code: 'reset', detail: 'ECONNRESET' });
		expect((await client.try(overTls(ends, {}))).outcome).to.deep.equal({
			code: 'closed',
			detail: 'in the TLS handshake',
		});
		const { outcome } = await client.try(overTls(banner, {}));
		expect(outcome).to.deep.equal({
			...{ code: 'answered-by-other', detail: 'no TLS that can be understood: ERR_SSL_WRONG_VERSION_NUMBER' },
		});
	});

	it('towards an agent’s own listener, which speaks in the clear, no token arrives', async () => {
		const port = freePort();
		const [app, client] = await Promise.all([startAgent({ listen: [tcp(port)] }), startAgent()]);
		const { outcome } = await client.try(overTls(port, { certificate: valid }));
		expect(outcome.code).to.be.oneOf(['reset', 'closed']);
		expect(app.all('witness')).to.deep.equal([]);
	});

	it('refused and not-run are what they are without TLS', async () => {
		const client = await startAgent();
		const { outcome } = await client.try(overTls(freePort(), { certificate: valid }));
		expect(outcome).to.deep.equal({ code: 'refused', detail: 'ECONNREFUSED' });
		const busy = freePort();
		await plainAt(busy);
		const command = { ...overTls(freePort(), {}), source: { address: '127.0.0.1', port: busy } };
		expect((await client.try(command)).outcome).to.deep.equal({ code: 'not-run', detail: 'EADDRINUSE' });
	});

	it('not-run: no certificate to show, or one that its key does not fit; nothing is sent', async () => {
		const seen = await listen();
		const client = await startAgent();
		const missing = await client.try(overTls(seen.port, { certificate: { missing: 'no authority of ours' } }));
		expect(missing.outcome).to.deep.equal({ code: 'not-run', detail: 'no authority of ours' });
		const mixed = { chain: valid.chain, key: server.key };
		const { outcome } = await client.try(overTls(seen.port, { certificate: mixed }));
		expect(outcome).to.deep.equal({ code: 'not-run', detail: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' });
		expect([...seen.clients, ...seen.errors]).to.deep.equal([]);
	});

	it('a burst makes its handshakes a few at a time, and servers that say nothing hold nobody up', async () => {
		const [seen, silent] = await Promise.all([listen(), plain(() => {})]);
		const client = await startAgent();
		const burst = Array.from({ length: 24 }, (_, index) =>
			overTls(index % 2 === 0 ? silent : seen.port, { certificate: valid }),
		);
		client.send({ do: 'attempt', attempts: burst });
		const results = await Promise.all(burst.map(({ token }) => client.result(token)));
		const codes = results.map(({ outcome }) => outcome.code);
		expect(codes).to.deep.equal(burst.map((_, index) => (index % 2 === 0 ? 'timed-out' : 'replied')));
		// By twos and twos they would have taken 12 s.
		const last = Math.max(...results.map(({ startedAt }) => startedAt));
		expect(last - Math.min(...results.map(({ startedAt }) => startedAt))).to.be.lessThan(2000);
	});

	it('resets its connection when the outcome is known, so that nothing is retransmitted', async () => {
		const seen = await listen({}, () => undefined);
		const client = await startAgent();
		await client.try({ ...overTls(seen.port, { certificate: valid }), deadline: 300 });
		for (let look = 0; look < 40 && seen.errors.length === 0; look += 1)
			await new Promise((done) => setTimeout(done, 25));
		expect(seen.errors[0]).to.equal('ECONNRESET');
	});

	it('refuses a command whose tls cannot be meant', async () => {
		const client = await startAgent();
		const udp = attempt(freePort(), { protocol: 'udp', speaks: 'udp', tls: { alpn: [] } });
		const long = attempt(freePort(), { tls: { alpn: ['x'.repeat(256)] } });
		for (const command of [udp, long]) {
			client.send({ do: 'attempt', attempts: [command] });
			const { detail } = await client.wait('refused', (message) => message.detail.includes(command.token));
			expect(detail).to.equal(`attempt ${command.token}: bad tls`);
		}
	});

	/** OpenSSL's own server: Node's closes the connection where others send an alert. */
	async function refusingServer(version: 'TLSv1.2' | 'TLSv1.3'): Promise<number> {
		const port = freePort();
		const files = authority.save(server);
		const child = spawn(
			'openssl',
			[
				...['s_server', '-accept', `127.0.0.1:${port}`, '-cert', files.chain, '-key', files.key, '-CAfile', files.root],
				...['-Verify', '1', '-verify_return_error', version === 'TLSv1.3' ? '-tls1_3' : '-tls1_2'],
			],
			{ stdio: ['pipe', 'pipe', 'ignore'] },
		);
		open.add({ close: () => void child.kill('SIGKILL') });
		await new Promise<void>((resolve, reject) => {
			child.stdout.on('data', (data: Buffer) => data.includes('ACCEPT') && resolve());
			child.on('exit', (code) => reject(new Error(`openssl s_server ended: ${code}`)));
		});
		return port;
	}

	async function plain(serve: (socket: Socket) => void): Promise<number> {
		const port = freePort();
		await plainAt(port, serve);
		return port;
	}

	function plainAt(port: number, serve: (socket: Socket) => void = () => {}): Promise<void> {
		const listener = createPlainServer((socket) => {
			sockets.add(socket);
			socket.on('error', () => {});
			socket.once('data', () => serve(socket));
		});
		open.add(listener);
		return new Promise((resolve) => listener.listen(port, '127.0.0.1', resolve));
	}
});

describe('agent: X-Forwarded-Client-Cert', () => {
	afterEach(endAgents);

	it('is recorded with its token, after the witness and before the reply; never for a self-check', async () => {
		const port = freePort();
		const agent = await startAgent({ listen: [http(port)] });
		const header = `By=${serverId};Hash=00ff;Subject="";URI=${clientId}`;
		const headers = { 'x-forwarded-client-cert': header };
		const ask = (path: string, more: Record<string, string> = {}) =>
			fetch(`http://127.0.0.1:${port}${path}`, { headers: { ...headers, ...more } }).then((response) =>
				response.text(),
			);
		await ask('/gatecrash/token-1');
		await fetch(`http://127.0.0.1:${port}/gatecrash/token-2`).then((response) => response.text());
		await ask('/healthz');
		agent.send({ do: 'self-check', id: 1 });
		await agent.wait('self-check');
		const [witness, identity, ...rest] = agent.records().filter(({ is }) => is === 'witness' || is === 'identity');
		expect(witness).to.deep.include({ is: 'witness', token: 'token-1' });
		expect(identity).to.deep.include({ is: 'identity', token: 'token-1', forwardedClientCert: header });
		expect(rest.map((record) => 'token' in record && record.token)).to.deep.equal(['token-2']);
	});

	it('can be forged by a client, with its token in it, so that it is told from any other', async () => {
		const port = freePort();
		const [agent, client] = [await startAgent({ listen: [http(port)] }), await startAgent()];
		const command = attempt(port, { speaks: 'http', forgedIdentity: clientId });
		client.send({ do: 'attempt', attempts: [command] });
		expect((await client.wait('result')).outcome.code).to.equal('replied');
		const { forwardedClientCert } = await agent.wait('identity', ({ token }) => token === command.token);
		expect(forwardedClientCert).to.match(new RegExp(`^Hash=0*${command.token};Subject="";URI=${clientId}$`));
		const smuggled = { ...command, token: 't-2', forgedIdentity: 'spiffe://x/y\r\nX-Other: 1' };
		client.send({ do: 'attempt', attempts: [smuggled] });
		await client.find((message) => (message.is === 'refused' ? message : undefined));
	});

	it('of several, all are kept in their order; what is too long says so', async () => {
		const port = freePort();
		const agent = await startAgent({ listen: [http(port)] });
		const { connect } = await import('node:net');
		const ask = (token: string, values: string[]) => {
			const lines = values.map((value) => `X-Forwarded-Client-Cert: ${value}\r\n`).join('');
			const socket = connect(port, '127.0.0.1', () =>
				socket.write(`GET /gatecrash/${token} HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`),
			);
			socket.on('error', () => {});
			return agent.wait('identity', (record) => record.token === token);
		};
		expect((await ask('two', ['URI=a', 'URI=b;By="x:y,z"'])).forwardedClientCert).to.equal('URI=a,URI=b;By="x:y,z"');
		const long = (await ask('long', ['x'.repeat(5000), 'y'.repeat(5000)])).forwardedClientCert;
		expect(long).to.have.length(8 * 1024 + 1);
		expect(long.endsWith('y…')).to.equal(true);
	});
});
