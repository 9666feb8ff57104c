import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AgentMessage, AgentRecord } from '../../src/model/agent.ts';
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
} from './agent-process.ts';

const environment = { GATECRASH_AGENT_CONFIG: JSON.stringify(agentConfig()) };

async function until(condition: () => boolean): Promise<void> {
	for (let turn = 0; !condition(); turn += 1) {
		if (turn > 1000) throw new Error('the condition never came true');
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

/**
 * A new connection to the agent's streams after one that broke in the middle of a line: gives what has been heard since the
 * answer to its greeting.
 */
async function greet(agent: AgentProcess, after: number): Promise<() => AgentRecord[]> {
	const before = agent.all('ready').length;
	agent.child.stdin?.write('{"do":"barr');
	agent.child.stdin?.write('\n\n');
	agent.send({ do: 'hello', run: 'run-1', after });
	await until(() => agent.all('ready').length > before);
	const from = agent.messages.lastIndexOf(agent.all('ready').at(-1) as AgentMessage);
	return () => agent.messages.slice(from).filter((message): message is AgentRecord => 'seq' in message);
}

describe('agent: control', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-control-'));
	});
	afterEach(async () => {
		await endAgents();
		rmSync(folder, { recursive: true, force: true });
	});

	it('refuses what is no command, and goes on', async () => {
		const agent = await startProcess([], environment);
		agent.send({ do: 'barrier', id: 1 });
		agent.child.stdin?.write('{"do":\n[]\nnull\n"x"\n{"do":"dance"}\n{"do":"ping"}\n{"do":"ack","seq":-1}\n');
		agent.send({ do: 'hello', run: 'another', after: 0 });
		await until(() => agent.all('refused').length === 9);
		agent.send({ do: 'hello', run: 'run-1', after: 0 });
		await agent.wait('ready');
		const broken: unknown[] = [null, {}, { ...attempt(80), token: 'a b' }, { ...attempt(80), family: 'ipv5' }];
		broken.push({ ...attempt(80), source: { port: 70_000 } }, { ...attempt(80), deadline: '1s' });
		for (const one of broken) agent.child.stdin?.write(`${JSON.stringify({ do: 'attempt', attempts: [one] })}\n`);
		await until(() => agent.all('refused').length === 9 + broken.length);
		agent.send({ do: 'ping', id: 5 });
		await agent.wait('pong', ({ id }) => id === 5);
	});

	it('gives its uid from the environment, and takes its configuration from a file', async () => {
		const agent = await startProcess([], { ...environment, GATECRASH_POD_UID: 'from-kubernetes' });
		agent.send({ do: 'hello', run: 'run-1', after: 0 });
		expect((await agent.wait('ready')).uid).to.equal('from-kubernetes');
		const without = await startProcess(['--config', join(folder, 'missing.json')]);
		expect(await without.exited).to.equal(64);
		expect(without.stderr.trim().split('\n')).to.have.length(1);
	});

	it('ends when its stream ends, on SIGTERM and on stop, and not on SIGINT', async () => {
		const agents = await Promise.all([startAgent(), startAgent(), startAgent()]);
		for (const agent of agents) agent.child.kill('SIGINT');
		agents[0].child.stdin?.end();
		agents[1].child.kill('SIGTERM');
		agents[2].send({ do: 'ping', id: 1 }, { do: 'stop' });
		expect(await Promise.all(agents.map(({ exited }) => exited))).to.deep.equal([0, 0, 0]);
		expect(agents[2].all('pong')).to.have.length(1);
	});

	it('loses nothing and says nothing twice when connections to its streams break', async () => {
		const port = freePort();
		const [agent, client] = await Promise.all([startAgent({ listen: [tcp(port)] }), startAgent()]);
		const attempts = Array.from({ length: 2000 }, () => attempt(port, { source: { port: 0 }, deadline: 10_000 }));
		const records: AgentRecord[] = [];
		const tokens = () => records.flatMap((record) => (record.is === 'witness' ? [record.token] : []));
		client.send({ do: 'attempt', attempts });
		let connections = 0;
		for (; tokens().length < attempts.length; connections += 1) {
			const heard = await greet(agent, records.length);
			await until(() => heard().length >= Math.min(400, attempts.length - tokens().length));
			// What comes until the next greeting goes nowhere.
			records.push(...heard().slice(0, 500));
			expect(connections).to.be.lessThan(20);
		}
		expect(connections).to.be.greaterThan(1);
		expect(records.map(({ seq }) => seq)).to.deep.equal(records.map((_, index) => index + 1));
		expect(new Set(tokens())).to.deep.equal(new Set(attempts.map(({ token }) => token)));
	});

	it('is not taken over by a controller of another run', async () => {
		const agent = await startAgent();
		agent.send({ do: 'hello', run: 'another', after: 0 }, { do: 'cancel', id: 1 });
		await agent.wait('refused');
		// The first one's records go on.
		await agent.wait('cancelled', ({ id }) => id === 1);
		expect(agent.all('ready')).to.have.length(1);
	});

	it('forgets what is acknowledged', async () => {
		const agent = await startAgent();
		for (let id = 1; id <= 10; id += 1) agent.send({ do: 'cancel', id });
		await agent.wait('cancelled', ({ id }) => id === 10);
		agent.send({ do: 'ack', seq: 7 }, { do: 'hello', run: 'run-1', after: 0 });
		await until(() => agent.records().length === 13);
		expect(
			agent
				.records()
				.slice(10)
				.map(({ seq }) => seq),
		).to.deep.equal([8, 9, 10]);
	});

	it('says how many records it dropped at its bound', async () => {
		const limits = { inFlight: 10, records: 50, connections: 10 };
		const agent = await startAgent({ limits });
		for (let id = 1; id <= 500; id += 1) agent.send({ do: 'cancel', id });
		await agent.wait('cancelled', ({ id }) => id === 500);
		const heard = await greet(agent, 0);
		await until(() => heard().some((record) => record.is === 'cancelled' && record.id === 500));
		const kept = heard();
		expect(kept.length).to.be.at.most(50);
		const last = kept.at(-1)?.seq ?? 0;
		expect(kept.map(({ seq }) => seq)).to.deep.equal(kept.map((_, index) => last - kept.length + 1 + index));
		const lost = kept.reduce((sum, record) => sum + (record.is === 'overflow' ? record.lost : 0), 0);
		// The overflow records that were dropped themselves are made good by later ones.
		expect(lost + kept.filter(({ is }) => is === 'cancelled').length).to.equal(500);
	});

	it('goes on witnessing while its controller does not read', async () => {
		const port = freePort();
		const [server, client] = await Promise.all([startAgent({ listen: [tcp(port)] }), startAgent()]);
		server.child.stdout?.pause();
		const attempts = Array.from({ length: 3000 }, () => attempt(port, { source: { port: 0 }, deadline: 10_000 }));
		client.send({ do: 'attempt', attempts });
		for (const { token } of attempts) expect((await client.result(token)).outcome.code).to.equal('replied');
		server.child.stdout?.resume();
		await until(() => server.all('witness').length === attempts.length);
	});

	it('runs its boot plan before any control stream, on consecutive source ports', async () => {
		const port = freePort();
		const server = await startAgent({ listen: [tcp(port)] });
		const first = attempt(port, { source: { port: freePorts(100) }, token: 'boot' });
		const boot = [{ ...first, every: 20, limit: 100 }];
		const env = { GATECRASH_AGENT_CONFIG: JSON.stringify(agentConfig({ boot })) };
		const agent = await startProcess([], env);
		await until(() => server.all('witness').length >= 5);
		agent.send({ do: 'hello', run: 'run-1', after: 0 });
		agent.send({ do: 'stop-boot', id: 3 });
		const { tries, seq, startedAt } = await agent.wait('boot-stopped', ({ id }) => id === 3);
		const results = agent.all('result');
		expect(results.length).to.equal(tries.length);
		for (const [index, { token, source, destination }] of tries.entries()) {
			expect(token).to.equal(`boot-${index}`);
			expect(source.port).to.equal(first.source.port + index);
			expect(destination).to.deep.equal(first.destination);
			const result = await agent.result(token);
			expect(result.outcome.code).to.equal('replied');
			expect(result.seq).to.be.lessThan(seq);
			expect(result.startedAt).to.be.at.least(startedAt);
		}
		await until(() => server.all('witness').length === tries.length);
		const seen = server.all('witness').map(({ token, from }) => `${token} ${from.port}`);
		expect(seen).to.have.members(tries.map(({ token, source }) => `${token} ${source.port}`));
		await new Promise((resolve) => setTimeout(resolve, 80));
		expect(server.all('witness')).to.have.length(tries.length);
	});
});
