import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { agentConfig, attempt, endAgents, freePort, http, startAgent, tcp, udp } from './agent-process.ts';

/** A server that is none of ours; closed after the test. */
const servers: { close(): void }[] = [];
const sockets = new Set<Socket>();

async function listen(serve: (socket: Socket) => void): Promise<number> {
	const port = freePort();
	const server: Server = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		serve(socket);
	});
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
	return port;
}

function mac(key: string, uid: string, token: string): string {
	return createHmac('sha256', Buffer.from(key, 'hex')).update(`${uid} ${token}`).digest('hex').slice(0, 32);
}

describe('agent: attempts', () => {
	afterEach(async () => {
		await endAgents();
		for (const socket of sockets) socket.destroy();
		sockets.clear();
		for (const server of servers.splice(0)) server.close();
	});

	for (const family of ['ipv4', 'ipv6'] as const) {
		for (const speaks of ['tcp', 'udp', 'http'] as const) {
			it(`replied: ${speaks} over ${family}, and the witness saw the planned source port`, async () => {
				const port = freePort();
				const listener = { tcp, udp, http }[speaks](port);
				const [server, client] = await Promise.all([
					startAgent({ uid: 'uid-server', listen: [listener] }),
					startAgent({ uid: 'uid-client' }),
				]);
				const address = family === 'ipv6' ? '::1' : '127.0.0.1';
				const { protocol } = listener;
				const command = attempt(port, { protocol, speaks, family, destination: { address, port } });
				const { outcome, source, startedAt, endedAt } = await client.try(command);
				expect(outcome).to.deep.equal({ code: 'replied', by: 'uid-server' });
				expect(source).to.deep.equal({ address, port: command.source.port });
				expect(endedAt).to.be.greaterThan(startedAt);
				const witness = await server.wait('witness');
				expect(witness).to.deep.include({ token: command.token, protocol, to: { address, port } });
				expect(witness.from).to.deep.equal({ address, port: command.source.port });
				expect(witness).not.to.have.property('held');
			});
		}
	}

	it('sends from the planned source address', async () => {
		const port = freePort();
		const [server, client] = await Promise.all([startAgent({ listen: [tcp(port)] }), startAgent()]);
		const source = { address: '127.0.0.7', port: freePort() };
		const { outcome } = await client.try(attempt(port, { source }));
		expect(outcome.code).to.equal('replied');
		expect((await server.wait('witness')).from).to.deep.equal(source);
	});

	it('refused: nobody listens, TCP and UDP', async () => {
		const client = await startAgent();
		const results = await Promise.all([
			client.try(attempt(freePort())),
			client.try(attempt(freePort(), { protocol: 'udp', speaks: 'udp' })),
		]);
		for (const { outcome } of results) expect(outcome).to.deep.equal({ code: 'refused', detail: 'ECONNREFUSED' });
	});

	const strangers: Record<string, (line: string, socket: Socket) => void> = {
		'an echo': (line, socket) => socket.write(line),
		'a MAC under another key': (line, socket) => {
			const token = line.trim().split(' ')[1] ?? '';
			socket.write(`gatecrash/1 ${token} uid ${mac('ff'.repeat(16), 'uid', token)}\n`);
		},
		'a valid MAC for another token': (_line, socket) =>
			socket.write(`gatecrash/1 other uid ${mac(agentConfig().key, 'uid', 'other')}\n`),
		'a MAC that belongs to another uid': (line, socket) => {
			const token = line.trim().split(' ')[1] ?? '';
			socket.write(`gatecrash/1 ${token} uid ${mac(agentConfig().key, 'uid-2', token)}\n`);
		},
		'a banner without a line end, then the end': (_line, socket) => socket.end('SSH-2.0-OpenSSH'),
		'a banner without a line end': (_line, socket) => socket.write('220 '),
	};
	for (const [name, answer] of Object.entries(strangers)) {
		it(`answered-by-other: ${name}`, async () => {
			const port = await listen((socket) => socket.on('data', (data) => answer(data.toString(), socket)));
			const client = await startAgent();
			const { outcome } = await client.try(attempt(port));
			expect(outcome.code).to.equal('answered-by-other');
			expect(outcome.detail).to.be.a('string');
		});
	}

	it('answered-by-other: a UDP echo', async () => {
		const port = freePort();
		const echo = createSocket('udp4', (message, from) => echo.send(message, from.port, from.address));
		servers.push(echo);
		await new Promise<void>((resolve) => echo.bind(port, '127.0.0.1', resolve));
		const client = await startAgent();
		const { outcome } = await client.try(attempt(port, { protocol: 'udp', speaks: 'udp' }));
		expect(outcome.code).to.equal('answered-by-other');
	});

	it('reset, closed and timed-out: what the server did after it had accepted', async () => {
		const resets = await listen((socket) => socket.on('data', () => socket.resetAndDestroy()));
		const closes = await listen((socket) => socket.on('data', () => socket.end()));
		const silent = await listen((socket) => socket.resume());
		const client = await startAgent();
		const codes = await Promise.all(
			[resets, closes, silent].map(async (port) => (await client.try(attempt(port, { deadline: 200 }))).outcome.code),
		);
		expect(codes).to.deep.equal(['reset', 'closed', 'timed-out']);
	});

	it('timed-out: after the deadline counted from sending, not from the delay', async () => {
		const silent = await listen((socket) => socket.resume());
		const client = await startAgent();
		const { startedAt, endedAt } = await client.try(attempt(silent, { delay: 200, deadline: 150 }));
		expect(endedAt - startedAt).to.be.within(145, 400);
	});

	it('http-status: with the status and what names the proxy', async () => {
		const head = 'HTTP/1.1 503 Service Unavailable\r\nServer: envoy\r\nContent-Length: 2\r\n\r\nno';
		const port = await listen((socket) => socket.on('data', () => socket.write(head)));
		const client = await startAgent();
		const { outcome } = await client.try(attempt(port, { speaks: 'http' }));
		expect(outcome).to.deep.equal({ code: 'http-status', detail: '503, server: envoy' });
	});

	it('replied over HTTP in chunks and pieces; answered-by-other for another body or no HTTP', async () => {
		const replyTo = (request: string) => {
			const token = /gatecrash\/(\S+) /.exec(request)?.[1] ?? '';
			return `gatecrash/1 ${token} uid ${mac(agentConfig().key, 'uid', token)}\n`;
		};
		const chunked = await listen((socket) =>
			socket.on('data', (data) => {
				const line = replyTo(data.toString());
				const pieces = ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r', '\n\r\n5\r\n'];
				pieces.push(`${line.slice(0, 5)}\r\n${(line.length - 5).toString(16)}\r\n${line.slice(5)}`, '\r\n0\r\n\r\n');
				pieces.forEach((piece, index) => setTimeout(() => socket.write(piece), index * 20));
			}),
		);
		const other = await listen((socket) =>
			socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')),
		);
		const noHttp = await listen((socket) => socket.on('data', () => socket.write('+OK ready\r\n')));
		const client = await startAgent();
		const outcomes = await Promise.all(
			[chunked, other, noHttp].map(async (port) => (await client.try(attempt(port, { speaks: 'http' }))).outcome),
		);
		expect(outcomes.map(({ code }) => code)).to.deep.equal(['replied', 'answered-by-other', 'answered-by-other']);
	});

	it('not-run: a source port in use, an address that is not ours, another family, SCTP', async () => {
		const used = freePort();
		const server = await startAgent({ listen: [tcp(used), udp(used)] });
		const port = freePort();
		const results = await Promise.all([
			server.try(attempt(used, { source: { port: used } })),
			server.try(attempt(used, { source: { port: used }, protocol: 'udp', speaks: 'udp' })),
			server.try(attempt(used, { source: { address: '192.0.2.99', port } })),
			server.try(attempt(used, { source: { address: '192.0.2.99', port }, protocol: 'udp', speaks: 'udp' })),
			server.try(attempt(used, { family: 'ipv6' })),
			server.try(attempt(used, { family: 'ipv6', destination: { address: '::ffff:127.0.0.1', port: used } })),
			server.try(attempt(used, { protocol: 'sctp' })),
		]);
		for (const { outcome } of results) expect(outcome.code).to.equal('not-run');
		expect(results.slice(0, 4).map(({ outcome }) => outcome.detail)).to.deep.equal([
			'EADDRINUSE',
			'EADDRINUSE',
			'EADDRNOTAVAIL',
			'EADDRNOTAVAIL',
		]);
	});

	it('keeps no more than the bound in flight, and runs the others in turn', async () => {
		let open = 0;
		let most = 0;
		const port = await listen((socket) => {
			open += 1;
			most = Math.max(most, open);
			socket.resume();
			socket.on('close', () => {
				open -= 1;
			});
		});
		const client = await startAgent({ limits: { inFlight: 5, records: 1000, connections: 10 } });
		const attempts = Array.from({ length: 20 }, () => attempt(port, { deadline: 50 }));
		client.send({ do: 'attempt', attempts });
		const results = await Promise.all(attempts.map(({ token }) => client.result(token)));
		expect(results.every(({ outcome }) => outcome.code === 'timed-out')).to.equal(true);
		expect(most).to.be.within(4, 7);
	});

	it('cancel: each attempt in flight, in line or delayed is told so, then the acknowledgement', async () => {
		const silent = await listen((socket) => socket.resume());
		const client = await startAgent({ limits: { inFlight: 2, records: 1000, connections: 10 } });
		const attempts = [0, 0, 0, 0, 5000].map((delay) => attempt(silent, { delay, deadline: 5000 }));
		client.send({ do: 'attempt', attempts });
		await new Promise((resolve) => setTimeout(resolve, 100));
		client.send({ do: 'cancel', id: 7 });
		const { seq } = await client.wait('cancelled', ({ id }) => id === 7);
		const results = client.all('result');
		expect(results.map(({ token }) => token)).to.have.members(attempts.map(({ token }) => token));
		for (const result of results) {
			expect(result.outcome).to.deep.equal({ code: 'not-run', detail: 'cancelled' });
			expect(result.seq).to.be.lessThan(seq);
		}
	});

	it('a reply that came before the deadline wins although the agent itself was held up', async () => {
		const port = freePort();
		const [server, client] = await Promise.all([startAgent({ listen: [tcp(port), udp(port)] }), startAgent()]);
		const attempts = [
			attempt(port, { deadline: 100, delay: 50 }),
			attempt(port, { deadline: 100, delay: 50, protocol: 'udp', speaks: 'udp' }),
		];
		// Stopped in turn, so that the replies wait in the client's sockets long past the deadline.
		server.child.kill('SIGSTOP');
		client.send({ do: 'attempt', attempts });
		await new Promise((resolve) => setTimeout(resolve, 90));
		client.child.kill('SIGSTOP');
		server.child.kill('SIGCONT');
		await new Promise((resolve) => setTimeout(resolve, 300));
		client.child.kill('SIGCONT');
		for (const { token } of attempts) expect((await client.result(token)).outcome.code).to.equal('replied');
	});
});
