import { createSocket } from 'node:dgram';
import { get } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { attempt, endAgents, freePort, http, startAgent, tcp, udp } from './agent-process.ts';

/** Sends raw bytes over TCP, gives everything that comes back until the other side or `linger` ends it. */
function talk(port: number, text: string, linger = 1000): Promise<string> {
	return new Promise((resolve) => {
		let heard = '';
		const socket = connect(port, '127.0.0.1', () => socket.write(text));
		socket.on('data', (data) => {
			heard += data.toString('latin1');
		});
		socket.on('error', () => {});
		socket.on('close', () => resolve(heard));
		setTimeout(() => socket.destroy(), linger).unref();
	});
}

describe('agent: listeners', () => {
	afterEach(endAgents);

	it('are reported, with those that could not be opened', async () => {
		const port = freePort();
		const first = await startAgent({ listen: [tcp(port)] });
		const second = await startAgent({ listen: [tcp(port), udp(port)] });
		expect(first.all('ready')[0]?.failures).to.deep.equal([]);
		const ready = second.all('ready')[0];
		expect(ready?.listening).to.deep.equal([udp(port)]);
		expect(ready?.failures).to.have.deep.members([
			{ port, protocol: 'tcp', family: 'ipv4', detail: 'EADDRINUSE' },
			{ port, protocol: 'tcp', family: 'ipv6', detail: 'EADDRINUSE' },
		]);
	});

	it('self-check: every listener in each family, without a witness record', async () => {
		const ports = [freePort(), freePort(), freePort()] as const;
		const agent = await startAgent({ listen: [tcp(ports[0]), udp(ports[1]), http(ports[2])] });
		agent.send({ do: 'self-check', id: 3 });
		const { checks } = await agent.wait('self-check', ({ id }) => id === 3);
		expect(checks).to.have.length(6);
		for (const check of checks) expect(check.ok, JSON.stringify(check)).to.equal(true);
		expect(agent.all('witness')).to.deep.equal([]);
	});

	it('answers a real HTTP client on a kept connection, and a kubelet', async () => {
		const port = freePort();
		const agent = await startAgent({ uid: 'uid-9', listen: [http(port)] });
		const fetchPath = (path: string) =>
			new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
				get({ host: '127.0.0.1', port, path }, (response) => {
					let body = '';
					response.on('data', (data: Buffer) => {
						body += data.toString();
					});
					response.on('end', () => resolve({ status: response.statusCode, body }));
				}).on('error', reject);
			});
		const reply = await fetchPath('/gatecrash/token-1');
		expect(reply.status).to.equal(200);
		expect(reply.body).to.match(/^gatecrash\/1 token-1 uid-9 [0-9a-f]{32}\n$/);
		expect(await fetchPath('/healthz')).to.deep.equal({ status: 200, body: 'ok\n' });
		expect((await fetchPath('/other')).status).to.equal(404);
		const kept = await talk(port, 'GET /gatecrash/a HTTP/1.1\r\nHost: x\r\n\r\nGET /gatecrash/b HTTP/1.1\r\n\r\n', 200);
		expect(kept.match(/HTTP\/1\.1 200 OK/g)).to.have.length(2);
		expect(agent.all('witness').map(({ token }) => token)).to.deep.equal(['token-1', 'a', 'b']);
	});

	it('witnesses an HTTP request whose head never ends', async () => {
		const port = freePort();
		const agent = await startAgent({ listen: [http(port)] });
		await talk(port, 'GET /gatecrash/cut HTTP/1.1\r\nHos', 100);
		expect((await agent.wait('witness')).token).to.equal('cut');
	});

	it('witnesses each line of a connection, the later ones as held, in any pieces', async () => {
		const port = freePort();
		const agent = await startAgent({ listen: [tcp(port)] });
		const heard = await talk(port, 'gatecrash/1 one\ngatecrash/1 two\ngatecrash/1 thr', 100);
		expect(heard.split('\n')).to.have.length(3);
		expect(agent.all('witness').map(({ token, held }) => [token, held])).to.deep.equal([
			['one', undefined],
			['two', true],
		]);
	});

	it('witnesses a token whose sender has reset the connection already', async () => {
		const port = freePort();
		const agent = await startAgent({ listen: [tcp(port)] });
		agent.child.kill('SIGSTOP');
		const socket = connect(port, '127.0.0.1', () => socket.write('gatecrash/1 gone\n', () => socket.resetAndDestroy()));
		await new Promise((resolve) => socket.on('close', resolve));
		agent.child.kill('SIGCONT');
		const witness = await agent.wait('witness');
		expect(witness).to.deep.include({ token: 'gone', from: { address: '0.0.0.0', port: 0 } });
	});

	it('survives whatever peers send, and counts it', async () => {
		const port = freePort();
		const agent = await startAgent({ listen: [tcp(port), udp(port), http(port + 1000)] });
		const inputs = ['\n', 'x'.repeat(5000), `gatecrash/1 ${'t'.repeat(200)}\n`, 'GET\r\n\r\n', '\x00\xff\xfe\n'];
		inputs.push('gatecrash/1 a b\n', `GET /${'p'.repeat(2000)} HTTP/1.1\r\n`, 'POST /gatecrash/x HTTP/1.1\r\n\r\n');
		inputs.push(`GET /gatecrash/h HTTP/1.1\r\n${'a: b\r\n'.repeat(500)}`, `GET / HTTP/1.1\r\n${'y'.repeat(100_000)}`);
		await Promise.all(inputs.map((input) => talk(port, input, 500)));
		const udpSocket = createSocket('udp4');
		for (const input of ['', 'junk', `gatecrash/1 ${'t'.repeat(3000)}\n`]) udpSocket.send(input, port, '127.0.0.1');
		await new Promise((resolve) => setTimeout(resolve, 100));
		udpSocket.close();
		agent.send({ do: 'counters', id: 1 });
		const { counters } = await agent.wait('counters');
		expect(counters.strays).to.equal(inputs.length + 3);
		expect(agent.all('witness').map(({ token }) => token)).to.deep.equal(['h']);
		expect((await agent.try(attempt(port))).outcome.code).to.equal('replied');
	});

	it('closes connections beyond the bound at once, and counts them', async () => {
		const port = freePort();
		const limits = { inFlight: 10, records: 1000, connections: 20 };
		const agent = await startAgent({ listen: [tcp(port)], limits });
		const sockets = Array.from({ length: 60 }, () => connect(port, '127.0.0.1').on('error', () => {}));
		await new Promise((resolve) => setTimeout(resolve, 300));
		agent.send({ do: 'counters', id: 1 });
		const { counters } = await agent.wait('counters');
		for (const socket of sockets) socket.destroy();
		expect(counters.strays).to.equal(40);
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect((await agent.try(attempt(port))).outcome.code).to.equal('replied');
	});

	it('barrier: everything that had arrived has a lower number', async () => {
		const port = freePort();
		const [server, client] = await Promise.all([startAgent({ listen: [tcp(port), udp(port)] }), startAgent()]);
		// The tokens lie in the stopped server's sockets, behind the barrier in its control stream.
		server.child.kill('SIGSTOP');
		const attempts = Array.from({ length: 300 }, (_, index) =>
			attempt(port, {
				...(index % 2 ? { protocol: 'udp', speaks: 'udp' } : {}),
				source: { port: 0 },
				deadline: 10_000,
			}),
		);
		client.send({ do: 'attempt', attempts });
		server.send({ do: 'barrier', id: 4 });
		await new Promise((resolve) => setTimeout(resolve, 400));
		server.child.kill('SIGCONT');
		const { seq } = await server.wait('barrier', ({ id }) => id === 4);
		const witnessed = server.all('witness').filter((witness) => witness.seq < seq);
		expect(new Set(witnessed.map(({ token }) => token))).to.have.property('size', 300);
	});
});
