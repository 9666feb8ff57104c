import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
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

describe('agent: control', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-control-'));
	});
	afterEach(async () => {
		await endAgents();
		rmSync(folder, { recursive: true, force: true });
	});

	const attach = (path: string): Promise<AgentProcess> => startProcess(['attach', '--socket', path]);

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

	it('loses nothing and says nothing twice when the bridge is killed in mid-stream', async () => {
		const path = join(folder, 'control');
		const port = freePort();
		const env = { GATECRASH_AGENT_CONFIG: JSON.stringify(agentConfig({ listen: [tcp(port)] })) };
		const [agent, client] = await Promise.all([startProcess(['--socket', path], env), startAgent()]);
		const attempts = Array.from({ length: 2000 }, () => attempt(port, { source: { port: 0 }, deadline: 10_000 }));
		const records: number[] = [];
		const tokens: string[] = [];
		const lives: number[] = [];
		client.send({ do: 'attempt', attempts });
		for (let bridges = 0; tokens.length < attempts.length; bridges += 1) {
			const bridge = await attach(path);
			bridge.send({ do: 'hello', run: 'run-1', after: records.length });
			await bridge.wait('ready');
			await until(() => bridge.records().length >= Math.min(400, attempts.length - tokens.length));
			bridge.child.kill('SIGKILL');
			await bridge.exited;
			lives.push(bridge.records().length);
			for (const record of bridge.records()) {
				records.push(record.seq);
				if (record.is === 'witness') tokens.push(record.token);
			}
			expect(bridges).to.be.lessThan(20);
		}
		expect(lives.length).to.be.greaterThan(1);
		expect(records).to.deep.equal(records.map((_, index) => index + 1));
		expect(new Set(tokens)).to.deep.equal(new Set(attempts.map(({ token }) => token)));
		agent.child.kill('SIGTERM');
		expect(await agent.exited).to.equal(0);
	});

	it('has one controller at a time, the newest; a stranger does not push it out', async () => {
		const path = join(folder, 'control');
		await startProcess(['--socket', path], environment);
		const first = await attach(path);
		first.send({ do: 'hello', run: 'run-1', after: 0 });
		await first.wait('ready');
		const stranger = await attach(path);
		stranger.send({ do: 'hello', run: 'another', after: 0 });
		await stranger.wait('refused');
		first.send({ do: 'ping', id: 1 });
		await first.wait('pong');
		const second = await attach(path);
		second.send({ do: 'hello', run: 'run-1', after: 0 });
		await second.wait('ready');
		expect(await first.exited).to.equal(0);
		second.send({ do: 'barrier', id: 2 });
		await second.wait('barrier');
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
		const path = join(folder, 'control');
		const limits = { inFlight: 10, records: 50, connections: 10 };
		await startProcess(['--socket', path], { GATECRASH_AGENT_CONFIG: JSON.stringify(agentConfig({ limits })) });
		const first = await attach(path);
		first.send({ do: 'hello', run: 'run-1', after: 0 });
		await first.wait('ready');
		for (let id = 1; id <= 500; id += 1) first.send({ do: 'cancel', id });
		await first.wait('cancelled', ({ id }) => id === 500);
		const second = await attach(path);
		second.send({ do: 'hello', run: 'run-1', after: 0 });
		await second.wait('cancelled', ({ id }) => id === 500);
		const kept = second.records();
		expect(kept.length).to.be.at.most(50);
		const last = kept.at(-1)?.seq ?? 0;
		expect(kept.map(({ seq }) => seq)).to.deep.equal(kept.map((_, index) => last - kept.length + 1 + index));
		const lost = second.all('overflow').reduce((sum, overflow) => sum + overflow.lost, 0);
		// The overflow records that were dropped themselves are made good by later ones.
		expect(lost + second.all('cancelled').length).to.equal(500);
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
		const path = join(folder, 'control');
		const port = freePort();
		const server = await startAgent({ listen: [tcp(port)] });
		const first = attempt(port, { source: { port: freePorts(100) }, token: 'boot' });
		const boot = [{ ...first, every: 20, limit: 100 }];
		const env = { GATECRASH_AGENT_CONFIG: JSON.stringify(agentConfig({ boot })) };
		await startProcess(['--socket', path], env);
		await until(() => server.all('witness').length >= 5);
		expect(existsSync(path)).to.equal(true);
		const bridge = await attach(path);
		bridge.send({ do: 'hello', run: 'run-1', after: 0 });
		bridge.send({ do: 'stop-boot', id: 3 });
		const { tries, seq, startedAt } = await bridge.wait('boot-stopped', ({ id }) => id === 3);
		const results = bridge.all('result');
		expect(results.length).to.equal(tries.length);
		for (const [index, { token, source, destination }] of tries.entries()) {
			expect(token).to.equal(`boot-${index}`);
			expect(source.port).to.equal(first.source.port + index);
			expect(destination).to.deep.equal(first.destination);
			const result = await bridge.result(token);
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
