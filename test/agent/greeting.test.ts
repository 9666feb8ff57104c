import { createServer, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import type { AttemptCommand } from '../../src/model/agent.ts';
import { attempt, endAgents, freePort, startAgent, tcp } from './agent-process.ts';

const greeting = 1500;

describe('agent: a server that speaks first', () => {
	const open = new Set<{ close(): void }>();
	const sockets = new Set<Socket>();
	afterEach(async () => {
		await endAgents();
		for (const socket of sockets) socket.destroy();
		for (const one of open) one.close();
		sockets.clear();
		open.clear();
	});

	async function serve(accept: (socket: Socket) => void): Promise<number> {
		const port = freePort();
		const server = createServer((socket) => {
			sockets.add(socket.on('error', () => {}));
			accept(socket);
		});
		open.add(server);
		await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
		return port;
	}

	/** As a proxy that connects to the application only when it has waited for the client’s first bytes in vain. */
	function proxyTo(port: number, after: number, pass: (text: string, back: boolean) => string | undefined) {
		return serve((socket) => {
			setTimeout(() => {
				const inner = connect(port, '127.0.0.1').on('error', () => {});
				sockets.add(inner);
				const give = (to: Socket, text: string | undefined) => text !== undefined && to.write(text);
				inner.on('data', (data: Buffer) => give(socket, pass(data.toString('latin1'), true)));
				socket.on('data', (data: Buffer) => give(inner, pass(data.toString('latin1'), false)));
			}, after);
		});
	}

	async function tried(port: number, change: Partial<AttemptCommand> = {}) {
		const client = await startAgent();
		const command = attempt(port, { greeting, deadline: 300, ...change });
		client.send({ do: 'attempt', attempts: [command] });
		const result = await client.wait('result', ({ token }) => token === command.token);
		return { ...result, command, took: result.endedAt - result.startedAt };
	}

	const listen = (port: number) => startAgent({ uid: 'uid-mysql', listen: [{ ...tcp(port), first: 'server' }] });

	it('is greeted by, told the token and answers; its self-check waits for the greeting too', async () => {
		const port = freePort();
		const server = await listen(port);
		const { outcome, command } = await tried(port);
		expect(outcome).to.deep.equal({ code: 'replied', by: 'uid-mysql' });
		expect((await server.wait('witness', ({ token }) => token === command.token)).held).to.equal(undefined);
		server.send({ do: 'self-check', id: 1 });
		const { checks } = await server.wait('self-check', ({ id }) => id === 1);
		expect(checks.map(({ ok }) => ok)).to.deep.equal([true, true]);
	});

	it('may greet later than the deadline, and the token leaves only then', async () => {
		const port = freePort();
		await listen(port);
		const order: string[] = [];
		const proxy = await proxyTo(port, 700, (text, back) => {
			order.push(back ? (text.includes(' greeting ') ? 'greeting' : 'reply') : 'token');
			return text;
		});
		const { outcome, took } = await tried(proxy);
		expect(outcome.code).to.equal('replied');
		expect(took).to.be.above(650);
		expect(order).to.deep.equal(['greeting', 'token', 'reply']);
	});

	it('that never greets is not waited for longer than the greeting may take, whatever the wait', async () => {
		const silent = await serve(() => {});
		const client = await startAgent();
		const command = attempt(silent, { greeting: 600, deadline: 300 });
		client.send({ do: 'attempt', attempts: [command] }, { do: 'limit-wait', wait: 50 });
		const { outcome, startedAt, endedAt } = await client.wait('result', ({ token }) => token === command.token);
		expect(outcome).to.deep.equal({ code: 'timed-out' });
		expect(endedAt - startedAt).to.be.within(550, 1400);
	});

	it('whose greeting got out says so, although the token did not get in', async () => {
		const port = freePort();
		const server = await listen(port);
		const proxy = await proxyTo(port, 0, (text, back) => (back ? text : undefined));
		const { outcome, command } = await tried(proxy);
		expect(outcome).to.deep.equal({ code: 'timed-out', greetedBy: 'uid-mysql' });
		expect(server.all('witness').some(({ token }) => token === command.token)).to.equal(false);
	});

	it('can be played by nobody: another MAC, another word, an echo, the end', async () => {
		const greet = (line: string) => serve((socket) => socket.write(line));
		const strangers = [
			await greet('gatecrash/1 greeting uid-mysql 00112233445566778899aabbccddeeff\n'),
			await greet('220 mail.example ESMTP\r\n'),
			await greet('gatecrash/1 greeting\n'),
		];
		for (const port of strangers) expect((await tried(port)).outcome.code).to.equal('answered-by-other');
		const ends = await serve((socket) => socket.end());
		expect((await tried(ends)).outcome).to.deep.equal({ code: 'closed' });
	});

	it('is a stranger to a client that does not wait, and the other way round', async () => {
		const [first, last] = [freePort(), freePort()];
		await listen(first);
		await startAgent({ listen: [tcp(last)] });
		const { greeting: _, ...hasty } = attempt(first);
		const client = await startAgent();
		client.send({ do: 'attempt', attempts: [hasty] });
		const { outcome } = await client.wait('result', ({ token }) => token === hasty.token);
		expect(outcome.code).to.equal('answered-by-other');
		expect((await tried(last, { greeting: 400 })).outcome).to.deep.equal({ code: 'timed-out' });
	});
});
