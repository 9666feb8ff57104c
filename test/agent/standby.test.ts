import { expect } from 'chai';
import type { AgentConfig } from '../../src/model/agent.ts';
import {
	type AgentProcess,
	agentConfig,
	attempt,
	endAgents,
	freePort,
	startAgent,
	startProcess,
	tcp,
} from './agent-process.ts';

describe('agent: a pod that stands by', () => {
	afterEach(endAgents);

	function begin(agent: AgentProcess, id: string, config: AgentConfig): void {
		agent.child.stdin?.write(`${JSON.stringify({ do: 'begin', id, config })}\n`);
		agent.send({ do: 'hello', run: config.run, after: 0 });
	}

	it('says and opens nothing until a run begins', async () => {
		const port = freePort();
		const pod = await startProcess(['--standby']);
		pod.send({ do: 'hello', run: 'run-1', after: 0 }, { do: 'ping', id: 1 });
		const client = await startAgent();
		expect((await client.try(attempt(port))).outcome.code).to.equal('refused');
		expect(pod.messages).to.deep.equal([]);
		begin(pod, 'first', agentConfig({ listen: [tcp(port)] }));
		await pod.wait('ready');
		expect((await client.try(attempt(port))).outcome).to.include({ code: 'replied', by: 'uid-one' });
	});

	it('starts afresh for each run: other ports, another key, no connection of the one before', async () => {
		const [old, fresh] = [freePort(), freePort()];
		const key = 'ff112233445566778899aabbccddeeff';
		const [pod, client, other] = await Promise.all([startProcess(['--standby']), startAgent(), startAgent({ key })]);
		begin(pod, 'first', agentConfig({ listen: [tcp(old)] }));
		await pod.wait('ready');
		client.send({ do: 'hold', name: 'held', attempt: attempt(old) });
		await client.wait('result', ({ outcome }) => outcome.code === 'replied');

		begin(pod, 'second', agentConfig({ run: 'run-2', uid: 'uid-two', key, listen: [tcp(fresh)] }));
		expect(await pod.wait('ready', ({ uid }) => uid === 'uid-two')).to.deep.include({ listening: [tcp(fresh)] });
		expect((await client.wait('hold-ended')).outcome.code).to.be.oneOf(['closed', 'reset']);
		expect((await client.try(attempt(old))).outcome.code).to.equal('refused');
		expect((await other.try(attempt(fresh))).outcome).to.include({ code: 'replied', by: 'uid-two' });
		// Who has the key of the run before is not answered in a way that convinces him.
		expect((await client.try(attempt(fresh))).outcome.code).to.not.equal('replied');
	});

	it('goes on with the run that it has when the same one begins again after a break', async () => {
		const port = freePort();
		const pod = await startProcess(['--standby']);
		const config = agentConfig({ listen: [tcp(port)] });
		begin(pod, 'one', config);
		const { startedAt } = await pod.wait('ready');
		const client = await startAgent();
		await client.try(attempt(port));
		begin(pod, 'one', config);
		await pod.find((message) => (pod.all('ready').length === 2 ? message : undefined));
		expect(pod.all('ready')[1]?.startedAt).to.equal(startedAt);
		expect(pod.all('witness')).to.have.length(2);
	});

	it('ends with its exit code when its agent can’t begin', async () => {
		const pod = await startProcess(['--standby']);
		begin(pod, 'one', agentConfig({ key: 'no key' }));
		expect(await pod.exited).to.equal(64);
		expect(pod.stderr).to.contain('key is hex');
	});
});
