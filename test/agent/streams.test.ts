import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { StreamAttempt } from '../../src/model/agent.ts';
import {
	type AgentProcess,
	agentConfig,
	attempt,
	endAgents,
	freePort,
	freePorts,
	startAgent,
	startProcess,
	tcp,
	udp,
} from './agent-process.ts';

const ports = 40;

function stream(port: number, change: Partial<StreamAttempt> = {}): StreamAttempt {
	return { ...attempt(port, { source: { port: freePorts(ports) } }), every: 10, limit: 1000, ports, ...change };
}

/** Number of each try, with what became of it. */
function resultsOf(agent: AgentProcess, token: string): Map<number, string> {
	const packed = agent.all('tries').filter((record) => record.stream === token);
	return new Map(
		packed.flatMap(({ outcomes, tries }) =>
			tries.map(([index, , , number]) => [index, outcomes[number]?.code ?? 'none'] as const),
		),
	);
}

function seenBy(agent: AgentProcess, token: string): Set<number> {
	const records = agent.all('sightings').filter((record) => record.stream === token);
	return new Set(records.flatMap(({ seen }) => seen.map(([index]) => index)));
}

describe('agent: streams', () => {
	afterEach(endAgents);

	for (const [protocol, listen] of [
		['tcp', tcp],
		['udp', udp],
	] as const) {
		it(`attempts at a rate until told to end, over ${protocol}, and packs what client and listener saw`, async () => {
			const port = freePort();
			const [server, client] = await Promise.all([startAgent({ listen: [listen(port)] }), startAgent()]);
			const one = stream(port, { protocol, speaks: protocol });
			client.send({ do: 'begin-streams', streams: [one] });
			await sleep(700);
			client.send({ do: 'end-streams', id: 1, tokens: [one.token] });
			const { streams } = await client.wait('streams-ended', ({ id }) => id === 1);
			const results = resultsOf(client, one.token);
			expect(streams).to.have.length(1);
			expect(streams[0]?.made).to.equal(results.size);
			// As many as fall due, whether they were made or the machine was too busy for them.
			expect((streams[0]?.made ?? 0) + (streams[0]?.left ?? 0)).to.be.within(60, 300);
			expect([...new Set(results.values())]).to.deep.equal(['replied']);
			expect(client.all('result')).to.deep.equal([]);
			server.send({ do: 'barrier', id: 2 });
			await server.wait('barrier');
			expect(seenBy(server, one.token)).to.deep.equal(new Set(results.keys()));
			expect(server.all('witness')).to.deep.equal([]);
			expect(client.all('tries').length).to.be.lessThan(results.size / 2);
		});
	}

	for (const [protocol, listen] of [
		['tcp', tcp],
		['udp', udp],
	] as const) {
		it(`keeps one connection for all tries where it is told to, over ${protocol}, and opens another one when that has ended`, async () => {
			const port = freePort();
			const listening = { listen: [listen(port)] };
			const [server, client] = await Promise.all([startAgent(listening), startAgent()]);
			const one = stream(port, { protocol, speaks: protocol, kept: true, deadline: 200 });
			client.send({ do: 'begin-streams', streams: [one] });
			const fromOf = (agent: AgentProcess) =>
				new Set(agent.all('sightings').flatMap(({ stream: token, from }) => (token === one.token ? [from] : [])));
			for (let waited = 0; seenBy(server, one.token).size < 20 && waited < 5000; waited += 20) await sleep(20);
			expect(seenBy(server, one.token).size).to.be.at.least(20);
			expect(fromOf(server).size).to.equal(1);
			// Its connections go with it, and another one listens at the same place.
			server.send({ do: 'stop' });
			await server.exited;
			const heir = await startAgent(listening);
			for (let waited = 0; seenBy(heir, one.token).size < 5 && waited < 5000; waited += 20) await sleep(20);
			expect(seenBy(heir, one.token).size).to.be.at.least(5);
			client.send({ do: 'end-streams', id: 1, tokens: [one.token] });
			const { streams } = await client.wait('streams-ended', ({ id }) => id === 1);
			expect(streams[0]?.made).to.equal(resultsOf(client, one.token).size);
		});
	}

	it('has every try come from a planned port, in turn', async () => {
		const port = freePort();
		const [server, client] = await Promise.all([startAgent({ listen: [tcp(port)] }), startAgent()]);
		// Without the mark of a stream, listeners tell of each token, with where it came from.
		const one = stream(port, { ports: 3, limit: 5, every: 30 });
		client.send({ do: 'begin-streams', streams: [one] });
		await sleep(400);
		client.send({ do: 'end-streams', id: 1, tokens: [one.token] });
		await client.wait('streams-ended');
		// The fourth and fifth use the first and second port again: the kernel allows it, because connections are reset.
		expect([...resultsOf(client, one.token).values()].filter((code) => code === 'replied').length).to.be.at.least(3);
		expect(seenBy(server, one.token).size).to.be.at.least(3);
	});

	it('goes on while nobody reads what it tells, and tells it afterwards', async () => {
		const port = freePort();
		const [, client] = await Promise.all([startAgent({ listen: [tcp(port)] }), startAgent()]);
		const one = stream(port);
		client.send({ do: 'begin-streams', streams: [one] });
		await client.wait('tries');
		client.child.stdout?.pause();
		await sleep(600);
		client.child.stdout?.resume();
		client.send({ do: 'end-streams', id: 1, tokens: [one.token] });
		const { streams } = await client.wait('streams-ended');
		expect(resultsOf(client, one.token).size).to.equal(streams[0]?.made);
		expect(streams[0]?.made).to.be.greaterThan(20);
	});

	it('begins with the first millisecond as part of a boot plan, before any control stream', async () => {
		const port = freePort();
		const server = await startAgent({ listen: [tcp(port)] });
		const one = stream(port, { token: 'early' });
		const env = { GATECRASH_AGENT_CONFIG: JSON.stringify(agentConfig({ boot: [one] })) };
		const client = await startProcess([], env);
		await server.wait('sightings', ({ stream: token }) => token === 'early');
		client.send({ do: 'hello', run: 'run-1', after: 0 }, { do: 'end-streams', id: 1, tokens: ['early'] });
		await client.wait('streams-ended');
		expect(Math.min(...resultsOf(client, 'early').keys())).to.equal(0);
	});

	it('ends by itself at its limit', async () => {
		const port = freePort();
		const [server, client] = await Promise.all([startAgent({ listen: [tcp(port)] }), startAgent()]);
		const one = stream(port, { limit: 5 });
		client.send({ do: 'begin-streams', streams: [one] });
		await sleep(500);
		server.send({ do: 'barrier', id: 1 });
		await server.wait('barrier');
		expect(Math.max(...seenBy(server, one.token))).to.be.at.most(4);
	});

	it('says when it was held up, so that silence is not taken for an outage', async () => {
		const port = freePort();
		const [server, client] = await Promise.all([startAgent({ listen: [tcp(port)] }), startAgent()]);
		client.send({ do: 'begin-streams', streams: [stream(port)] });
		await server.wait('sightings');
		server.child.kill('SIGSTOP');
		await sleep(400);
		server.child.kill('SIGCONT');
		const { from, to } = await server.wait('stalled', (stalled) => stalled.to - stalled.from > 300);
		expect(to - from).to.be.lessThan(5000);
	});

	it('refuses streams that can’t be', async () => {
		const agent = await startAgent();
		for (const change of [{ every: 0.1 }, { ports: 0 }, { ports: 65_000 }, { limit: -1 }, { token: 'a b' }]) {
			agent.send({ do: 'begin-streams', streams: [stream(80, change)] });
		}
		agent.send({ do: 'ping', id: 1 });
		await agent.wait('pong');
		expect(agent.all('refused')).to.have.length(5);
	});
});
