import { chmodSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import {
	AgentProcess,
	agentConfig,
	agentFile,
	attempt,
	endAgents,
	freePort,
	startAgent,
	tcp,
	udp,
} from './agent-process.ts';

describe('agent: the process', () => {
	afterEach(endAgents);

	it('needs no capability and no root', async () => {
		const file = await agentFile();
		chmodSync(dirname(file), 0o755);
		const drop = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all'];
		const within = process.getuid?.() === 0 ? [...drop, '--inh-caps=-all', '--no-new-privs'] : [];
		const port = freePort();
		const agent = await startAgent({ listen: [tcp(port), udp(port)] }, within);
		const status = readFileSync(`/proc/${agent.child.pid}/status`, 'utf8');
		expect(status).to.match(/^CapEff:\s+0+$/m);
		expect((await agent.try(attempt(port))).outcome.code).to.equal('replied');
		agent.send({ do: 'self-check', id: 1 }, { do: 'counters', id: 2 }, { do: 'barrier', id: 3 });
		expect((await agent.wait('self-check')).checks.every(({ ok }) => ok)).to.equal(true);
		await agent.wait('counters');
		await agent.wait('barrier');
	});

	it('says one line and exits 70 when it crashes', async () => {
		const bug = "data:text/javascript,setTimeout(() => { throw new Error('bang') }, 100)";
		const environment = { GATECRASH_AGENT_CONFIG: JSON.stringify(agentConfig()) };
		const agent = new AgentProcess(process.execPath, ['--import', bug, await agentFile()], environment);
		expect(await agent.exited).to.equal(70);
		expect(agent.stderr).to.match(/^gatecrash agent: .*bang.*\n$/);
	});

	it('stays small after thousands of attempts', async () => {
		const port = freePort();
		const [server, client] = await Promise.all([startAgent({ listen: [tcp(port)] }), startAgent()]);
		const attempts = Array.from({ length: 3000 }, () => attempt(port, { source: { port: 0 }, deadline: 10_000 }));
		client.send({ do: 'attempt', attempts });
		const results = await Promise.all(attempts.map(({ token }) => client.result(token)));
		expect(results.filter(({ outcome }) => outcome.code !== 'replied')).to.deep.equal([]);
		for (const { child } of [server, client]) {
			const resident = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
			expect(resident).to.be.lessThan(120_000);
		}
	});
});
