import { expect } from 'chai';
import type { AttemptCommand } from '../../src/model/agent.ts';
import { type AgentProcess, attempt, endAgents, freePort, startAgent, tcp, udp } from './agent-process.ts';
import { type NetworkNamespace, openNetworkNamespace } from './network-namespace.ts';

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const overUdp = { protocol: 'udp', speaks: 'udp' } as const;

/** Paths that are closed in one way or another, by real nftables rules. */
describe('agent: closed paths in a network namespace', () => {
	let space: NetworkNamespace;
	let server: AgentProcess;
	let client: AgentProcess;
	let port: number;
	let udpPort: number;

	before(async () => {
		space = await openNetworkNamespace();
	});
	beforeEach(async () => {
		// New ones for each test: the kernel keeps half-open connections of a listener that has gone.
		port = freePort();
		udpPort = freePort();
		[server, client] = await Promise.all([
			startAgent({ uid: 'uid-server', listen: [tcp(port), udp(udpPort)] }, space.prefix),
			startAgent({ uid: 'uid-client' }, space.prefix),
		]);
	});
	afterEach(async () => {
		await endAgents();
		space.run('nft flush ruleset');
	});
	after(() => space?.close());

	const six = (change: Partial<AttemptCommand>, to: number): Partial<AttemptCommand> => ({
		...change,
		family: 'ipv6',
		destination: { address: '::1', port: to },
	});

	it('a UDP request whose reply is dropped is witnessed while the client times out', async () => {
		const open = space.rule('output', `udp sport ${udpPort} drop`);
		const command = attempt(udpPort, overUdp);
		const { outcome } = await client.try(command);
		expect(outcome.code).to.equal('timed-out');
		expect((await server.wait('witness')).token).to.equal(command.token);
		open();
	});

	it('a SYN whose SYN-ACK is dropped is seen half-open once, with its 4-tuple, in both families', async () => {
		const open = space.rule('output', `tcp sport ${port} drop`);
		const commands = [attempt(port), attempt(port, six({}, port))];
		const results = await Promise.all(commands.map((command) => client.try(command)));
		for (const { outcome } of results) expect(outcome.code).to.equal('timed-out');
		await pause(300);
		server.send({ do: 'barrier', id: 1 });
		await server.wait('barrier');
		const seen = server.all('syn').map(({ from, to }) => ({ from, to }));
		expect(seen).to.have.deep.members([
			{ from: { address: '127.0.0.1', port: commands[0]?.source.port }, to: { address: '127.0.0.1', port } },
			{ from: { address: '::1', port: commands[1]?.source.port }, to: { address: '::1', port } },
		]);
		open();
	});

	it('a barrier right after the SYN has seen it', async () => {
		const open = space.rule('output', `tcp sport ${port} drop`);
		const command = attempt(port, { deadline: 20 });
		await client.try(command);
		server.send({ do: 'barrier', id: 1 });
		const { seq } = await server.wait('barrier');
		const syn = await server.wait('syn', ({ from }) => from.port === command.source.port);
		expect(syn.seq).to.be.lessThan(seq);
		open();
	});

	it('nothing is delivered after the deadline, neither a SYN nor a token that was dropped', async () => {
		const openSyn = space.rule('output', `tcp dport ${port} tcp flags & (syn | ack) == syn drop`);
		const [late, patient] = [attempt(port, { deadline: 600 }), attempt(port, { deadline: 3000 })];
		// Were its SYN repeated after all, it would be seen half-open.
		space.rule('output', `tcp sport ${port} tcp dport ${late.source.port} drop`);
		client.send({ do: 'attempt', attempts: [late, patient] });
		expect((await client.result(late.token)).outcome.code).to.equal('timed-out');
		openSyn();
		// Proves that the path is open now: this one's SYN is retransmitted.
		expect((await client.result(patient.token)).outcome.code).to.equal('replied');
		const openToken = space.rule('output', `tcp dport ${port} meta length > 70 drop`);
		const token = attempt(port, { deadline: 300 });
		client.send({ do: 'hold', name: 'kept', attempt: attempt(port, { token: 'kept', deadline: 3000 }) });
		expect((await client.try(token)).outcome.code).to.equal('timed-out');
		openToken();
		expect((await client.result('kept')).outcome.code).to.equal('replied');
		await pause(500);
		server.send({ do: 'barrier', id: 1 });
		await server.wait('barrier');
		expect(server.all('witness').map((witness) => witness.token)).to.deep.equal([patient.token, 'kept']);
		expect(server.all('syn')).to.deep.equal([]);
	});

	it('a connection that stood before the deadline is given the time that the agent was held up', async () => {
		const open = space.rule('output', `tcp sport ${port} drop`);
		const command = attempt(port, { deadline: 1200 });
		client.send({ do: 'attempt', attempts: [command] });
		await pause(100);
		client.child.kill('SIGSTOP');
		open();
		// The SYN or the SYN-ACK is retransmitted after a second; the stopped client can't send its token yet.
		await pause(1500);
		client.child.kill('SIGCONT');
		const { outcome } = await client.result(command.token);
		expect(outcome.code).to.equal('replied');
	});

	it('refused and unreachable are told apart by what the network answers', async () => {
		const open = [
			space.rule('input', `tcp dport ${port} reject with icmpx admin-prohibited`),
			space.rule('input', `udp dport ${udpPort} reject with icmpx admin-prohibited`),
		];
		const results = await Promise.all([
			client.try(attempt(port)),
			client.try(attempt(udpPort, overUdp)),
			// TCP over IPv6 is left out: here the ICMPv6 error comes while connect() still holds the socket, which drops it.
			client.try(attempt(udpPort, six(overUdp, udpPort))),
		]);
		expect(results.map(({ outcome }) => [outcome.code, outcome.detail])).to.deep.equal([
			['unreachable', 'EHOSTUNREACH'],
			['unreachable', 'EHOSTUNREACH'],
			['unreachable', 'EACCES'],
		]);
		for (const remove of open) remove();
		const closing = [
			space.rule('input', `tcp dport ${port} reject with tcp reset`),
			space.rule('input', `udp dport ${udpPort} reject`),
		];
		const refused = await Promise.all([client.try(attempt(port)), client.try(attempt(udpPort, overUdp))]);
		for (const { outcome } of refused) expect(outcome.code).to.equal('refused');
		for (const remove of closing) remove();
	});

	it('not-run: no route, or a firewall in the pod itself', async () => {
		const nowhere = { destination: { address: '203.0.113.1', port: 80 } };
		const nowhereSix = { family: 'ipv6', destination: { address: '2001:db8::1', port: 80 } } as const;
		const results = await Promise.all([
			client.try(attempt(80, nowhere)),
			client.try(attempt(80, { ...nowhere, ...overUdp })),
			client.try(attempt(80, nowhereSix)),
			client.try(attempt(80, { ...nowhereSix, ...overUdp })),
		]);
		for (const { outcome } of results) {
			expect(outcome.code).to.equal('not-run');
			expect(outcome.detail).to.be.oneOf(['ENETUNREACH', 'EADDRNOTAVAIL']);
		}
		const open = space.rule('output', `udp dport ${udpPort} drop`);
		const { outcome } = await client.try(attempt(udpPort, overUdp));
		expect(outcome).to.deep.equal({ code: 'not-run', detail: 'EPERM' });
		open();
	});

	it('a full listen queue shows in the counters', async () => {
		space.run('echo 2 > /proc/sys/net/core/somaxconn');
		const crowded = freePort();
		const slow = await startAgent({ listen: [tcp(crowded)] }, space.prefix);
		slow.send({ do: 'counters', id: 1 });
		const before = (await slow.wait('counters')).counters;
		slow.child.kill('SIGSTOP');
		const attempts = Array.from({ length: 20 }, () => attempt(crowded, { deadline: 300 }));
		client.send({ do: 'attempt', attempts });
		await Promise.all(attempts.map(({ token }) => client.result(token)));
		slow.child.kill('SIGCONT');
		slow.send({ do: 'counters', id: 2 });
		const { counters } = await slow.wait('counters', ({ id }) => id === 2);
		expect(counters.listenDrops - before.listenDrops).to.be.greaterThan(5);
		expect(counters.listenOverflows - before.listenOverflows).to.be.greaterThan(5);
		expect(slow.all('witness').length).to.be.lessThan(20);
	});

	it('a receive buffer that overflows shows in the counters', async () => {
		server.child.kill('SIGSTOP');
		space.run(
			`node -e "const s=require('dgram').createSocket('udp4');const b=Buffer.alloc(60000);let n=0;` +
				`(function f(){if(n++>400)return s.close();s.send(b,${udpPort},'127.0.0.1',f)})()"`,
		);
		server.child.kill('SIGCONT');
		server.send({ do: 'counters', id: 1 });
		expect((await server.wait('counters')).counters.udpReceiveBufferErrors).to.be.greaterThan(0);
	});
});
