import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import type { AgentListen, AttemptCommand } from '../../src/model/agent.ts';
import { type DnsQuestion, type DnsTransport, dnsTransports, zoneOf } from '../../src/model/dns.ts';
import { attempt, endAgents, freePort, startAgent } from './agent-process.ts';

const zone = zoneOf('outside');
const token = () => Array.from({ length: 24 }, () => Math.floor(Math.random() * 16).toString(16)).join('');

function resolver(port: number, over: DnsTransport): AgentListen {
	const { protocol } = dnsTransports[over];
	return { port, protocol, speaks: protocol, resolves: over };
}

function query(port: number, question: Partial<DnsQuestion & { retryPort: number }> = {}): AttemptCommand {
	const dns = { over: 'udp' as const, name: `$(token).${zone}`, type: 'TXT' as const, edns: 1232, ...question };
	const { protocol } = dnsTransports[dns.over];
	return attempt(port, { token: token(), protocol, speaks: protocol, deadline: 900, dns });
}

describe('agent: DNS', () => {
	afterEach(endAgents);

	for (const over of ['udp', 'tcp', 'tls', 'https'] as const) {
		for (const family of ['ipv4', 'ipv6'] as const) {
			it(`asks over ${over}, ${family}, from the planned port, and the resolver saw the token`, async () => {
				const port = freePort();
				const [server, client] = await Promise.all([
					startAgent({ uid: 'uid-server', listen: [resolver(port, over)] }),
					startAgent(),
				]);
				const address = family === 'ipv6' ? '::1' : '127.0.0.1';
				const command = { ...query(port, { over }), family, destination: { address, port } };
				const { outcome, source } = await client.try(command);
				expect(outcome).to.deep.include({ code: 'replied', by: 'uid-server' });
				expect(outcome.dns).to.deep.include({ rcode: 'NOERROR', carried: 0 });
				expect(source.port).to.equal(command.source.port);
				const witness = await server.wait('witness');
				expect(witness).to.deep.include({ token: command.token, asked: `${command.token}.${zone}` });
				expect(witness.from).to.deep.equal({ address, port: command.source.port });
			});
		}
	}

	it('an answer of the demanded size carries data with a MAC of its own', async () => {
		const port = freePort();
		const [, client] = await Promise.all([
			startAgent({ uid: 'uid-server', listen: [resolver(port, 'tcp')] }),
			startAgent(),
		]);
		for (const size of [600, 1500, 4000]) {
			const { outcome } = await client.try(query(port, { over: 'tcp', size }));
			expect(outcome.code).to.equal('replied');
			expect(outcome.dns?.bytes).to.be.closeTo(size, 1);
			expect(outcome.dns?.carried).to.be.within(size - 400, size - 100);
		}
	});

	it('what does not fit into UDP is truncated, and asked for again over TCP from the planned port', async () => {
		const port = freePort();
		const [server, client] = await Promise.all([
			startAgent({ uid: 'uid-server', listen: [resolver(port, 'udp'), resolver(port, 'tcp')] }),
			startAgent(),
		]);
		const retryPort = freePort();
		const { outcome } = await client.try(query(port, { size: 1500, retryPort }));
		expect(outcome).to.deep.include({ code: 'replied', by: 'uid-server' });
		expect(outcome.dns?.retried).to.deep.equal({ code: 'replied' });
		const second = await server.wait('witness', ({ protocol }) => protocol === 'tcp');
		expect(second.from.port).to.equal(retryPort);
	});

	it('truncated, and TCP is closed: both are told', async () => {
		const port = freePort();
		const [, client] = await Promise.all([
			startAgent({ uid: 'uid-server', listen: [resolver(port, 'udp')] }),
			startAgent(),
		]);
		const { outcome } = await client.try(query(port, { size: 600, edns: 0, retryPort: freePort() }));
		expect(outcome).to.deep.include({ code: 'dns-truncated', by: 'uid-server' });
		expect(outcome.dns?.retried?.code).to.equal('refused');
	});

	describe('a server over TCP that answers with', () => {
		let server: Server;
		afterEach(() => server.close());

		/** Half of a response, with the bytes of its header from the query or changed. */
		const answers = async (header: (asked: Buffer) => Buffer, end: 'end' | 'reset' | 'stay') => {
			server = createServer((socket) => {
				socket.on('error', () => undefined);
				socket.once('data', (asked) => {
					const part = Buffer.concat([asked.subarray(0, 2), header(asked.subarray(2))]);
					socket.write(part, () => {
						if (end === 'end') socket.end();
						if (end === 'reset') setTimeout(() => socket.resetAndDestroy(), 50);
					});
				});
			}).listen(0, '127.0.0.1');
			await once(server, 'listening');
			const client = await startAgent();
			const { outcome } = await client.try(query((server.address() as AddressInfo).port, { over: 'tcp' }));
			return outcome;
		};
		const ofOurs = (asked: Buffer) => Buffer.concat([asked.subarray(0, 2), Buffer.from([0x81, 0x80, 0])]);

		for (const end of ['end', 'reset', 'stay'] as const) {
			it(`the beginning of a response, then ${end}: it had the query`, async () => {
				expect(await answers(ofOurs, end)).to.deep.equal({ code: 'dns-cut-short', detail: '7 bytes came back' });
			});
		}
		it('no more than the length', async () => {
			expect((await answers(() => Buffer.alloc(0), 'end')).code).to.equal('dns-cut-short');
		});
		it('the beginning of a query, or of a response to another: a stranger', async () => {
			expect((await answers((asked) => asked.subarray(0, 5), 'end')).code).to.equal('answered-by-other');
			server.close();
			const ofAnother = (asked: Buffer) => Buffer.from([(asked[0] ?? 0) ^ 1, asked[1] ?? 0, 0x81]);
			expect((await answers(ofAnother, 'end')).code).to.equal('answered-by-other');
		});
	});

	it('a port that answers queries over UDP or TCP takes tokens in lines and over HTTP too', async () => {
		const port = freePort();
		const [, client] = await Promise.all([
			startAgent({ uid: 'uid-server', listen: [resolver(port, 'udp'), resolver(port, 'tcp')] }),
			startAgent(),
		]);
		for (const speaks of ['tcp', 'udp', 'http'] as const) {
			const { outcome } = await client.try(attempt(port, { protocol: speaks === 'udp' ? 'udp' : 'tcp', speaks }));
			expect(outcome, speaks).to.deep.equal({ code: 'replied', by: 'uid-server' });
		}
	});

	it('CNAME chains, many addresses, rebinding', async () => {
		const port = freePort();
		const [, client] = await Promise.all([
			startAgent({ uid: 'uid-server', listen: [resolver(port, 'tcp')] }),
			startAgent(),
		]);
		const ask = async (labels: string, type: DnsQuestion['type'] = 'A') => {
			const { outcome } = await client.try(query(port, { over: 'tcp', type, name: `${labels}.$(token).${zone}` }));
			expect(outcome.code).to.equal('replied');
			return outcome.dns?.addresses;
		};
		expect(await ask('cname-3')).to.deep.equal(['198.51.100.1']);
		expect(await ask('addresses-60')).to.have.length(20);
		expect(await ask('x', 'AAAA')).to.deep.equal(['2001:db8:51::1']);
		const same = { ...query(port, { over: 'tcp', type: 'A', name: `rebind.$(token).${zone}` }) };
		expect((await client.try(same)).outcome.dns?.addresses).to.deep.equal(['198.51.100.1']);
		const again = { ...same, token: same.token, source: { port: freePort() } };
		client.messages.length = 0;
		expect((await client.try(again)).outcome.dns?.addresses).to.deep.equal(['127.0.0.1']);
	});

	it('a token travels in an EDNS option where the name has no room for it', async () => {
		const port = freePort();
		const settings = { names: { 'app.shop.svc.cluster.local': ['10.96.0.16', 'fd00::1'] }, domain: 'cluster.local' };
		const [server, client] = await Promise.all([
			startAgent({ uid: 'uid-server', listen: [resolver(port, 'udp')], dns: { ...settings, forward: [] } }),
			startAgent(),
		]);
		const command = query(port, { name: 'app.shop.svc.cluster.local', type: 'A' });
		const { outcome } = await client.try(command);
		expect(outcome).to.deep.include({ code: 'replied', by: 'uid-server' });
		expect(outcome.dns?.addresses).to.deep.equal(['10.96.0.16']);
		expect((await server.wait('witness')).token).to.equal(command.token);
		const unknown = await client.try(query(port, { name: 'nobody.shop.svc.cluster.local', type: 'A' }));
		expect(unknown.outcome.code).to.equal('dns-nxdomain');
	});

	it('goes through a search list, from one port, and no further than to the first name that there is', async () => {
		const port = freePort();
		const settings = { names: { 'app.shop.svc.cluster.local': ['10.96.0.16'] }, domain: 'cluster.local', forward: [] };
		const [server, client] = await Promise.all([
			startAgent({ uid: 'uid-server', listen: [resolver(port, 'udp')], dns: settings }),
			startAgent(),
		]);
		const search = ['other.svc.cluster.local', 'shop.svc.cluster.local', 'cluster.local'];
		const command = query(port, { name: 'app', type: 'A', search });
		const { outcome, source } = await client.try(command);
		expect(outcome).to.deep.include({ code: 'replied', by: 'uid-server' });
		expect(outcome.dns?.addresses).to.deep.equal(['10.96.0.16']);
		expect(source.port).to.equal(command.source.port);
		const seen = async (id: number) => {
			server.send({ do: 'barrier', id });
			await server.wait('barrier', (message) => message.id === id);
			return server.all('witness');
		};
		const witnesses = await seen(1);
		expect(witnesses.map(({ asked }) => asked)).to.deep.equal(search.slice(0, 2).map((domain) => `app.${domain}`));
		expect(new Set(witnesses.map(({ from }) => from.port))).to.deep.equal(new Set([command.source.port]));
		// Below none of them, and not as it is either: the last answer counts.
		const unknown = await client.try(query(port, { name: 'nobody.cluster.local', type: 'A', search }));
		expect(unknown.outcome.code).to.equal('dns-nxdomain');
		expect((await seen(2)).map(({ asked }) => asked)).to.deep.equal([
			...witnesses.map(({ asked }) => asked),
			...search.map((domain) => `nobody.cluster.local.${domain}`),
			'nobody.cluster.local',
		]);
	});

	it('an answer without the MAC of the run’s key is not ours', async () => {
		const port = freePort();
		const [, client] = await Promise.all([
			startAgent({ uid: 'uid-server', key: 'ff'.repeat(16), listen: [resolver(port, 'udp')] }),
			startAgent(),
		]);
		const { outcome } = await client.try(query(port));
		expect(outcome.code).to.equal('dns-answer');
		expect(outcome).not.to.have.property('by');
	});

	it('checks its own resolvers, without a witness record', async () => {
		const transports = ['udp', 'tcp', 'tls', 'https'] as const;
		const server = await startAgent({ listen: transports.map((over) => resolver(freePort(), over)) });
		server.send({ do: 'self-check', id: 1 });
		const { checks } = await server.wait('self-check');
		expect(checks.filter(({ ok }) => !ok)).to.deep.equal([]);
		expect(checks).to.have.length(8);
		expect(server.all('witness')).to.deep.equal([]);
	});
});
