import { expect } from 'chai';
import type { AgentSettings, AgentStream, Cluster, Deployment } from '../../src/model/cluster.ts';
import type { Workload } from '../../src/model/plan.ts';
import { agentPids } from './support/agent-pids.ts';
import { eventsOf, runScenario, type ScenarioOptions } from './support/run-scenario.ts';
import { twoClients } from './support/two-pods.ts';

/** Runs something once, when the declared attempts begin. */
function whenAttempting(act: () => void): NonNullable<ScenarioOptions['onProgress']> {
	let done = false;
	return (event) => {
		if (done || event.phase !== 'attempting') return;
		done = true;
		act();
	};
}

/** Changes what agents say on its way to the runner: undefined swallows a line. */
function lying(change: (endpoint: string, line: string) => string | undefined): (cluster: Cluster) => Cluster {
	const wrapStream = (endpoint: string, stream: AgentStream): AgentStream => ({
		...{ ended: stream.ended, send: (line) => stream.send(line), close: () => stream.close() },
		onLine: (listener) =>
			stream.onLine((line) => {
				const changed = change(endpoint, line);
				if (changed !== undefined) listener(changed);
			}),
	});
	const wrapDeployment = (deployment: Deployment): Deployment =>
		new Proxy(deployment, {
			get(target, key) {
				if (key === 'openAgent') {
					return async (endpoint: string) => wrapStream(endpoint, await target.openAgent(endpoint));
				}
				const value: unknown = Reflect.get(target, key);
				return typeof value === 'function' ? value.bind(target) : value;
			},
		});
	return (cluster) =>
		new Proxy(cluster, {
			get(target, key) {
				if (key === 'deploy') {
					return async (...args: Parameters<Cluster['deploy']>) => wrapDeployment(await target.deploy(...args));
				}
				const value: unknown = Reflect.get(target, key);
				return typeof value === 'function' ? value.bind(target) : value;
			},
		});
}

/** Port 80 is declared and attempted, but the server listens on 81. */
function listeningElsewhere(cluster: Cluster): Cluster {
	return new Proxy(cluster, {
		get(target, key) {
			if (key === 'deploy') {
				return (workload: Workload, ...rest: [AgentSettings, AbortSignal]) => {
					const pods = structuredClone(workload.pods);
					for (const listener of pods.server?.listen ?? []) if (listener.port === 80) listener.port = 81;
					return target.deploy({ ...workload, pods }, ...rest);
				};
			}
			const value: unknown = Reflect.get(target, key);
			return typeof value === 'function' ? value.bind(target) : value;
		},
	});
}

const blocked = 'stranger→server:80/tcp';

describe('what would fool other tools', () => {
	it('is enforced, bracketed, when nobody lies', async () => {
		const { cell, verdicts } = await runScenario(twoClients());
		expect(cell(blocked)).to.include({ verdict: 'enforced', proof: 'bracketed' });
		expect(verdicts.exitCode).to.equal(0);
	});

	it('a dead server: killed before the attempts', async () => {
		const run = 'dead-server';
		const kill = () => agentPids(run, 'server').forEach((pid) => process.kill(pid, 'SIGKILL'));
		const { cell, verdicts } = await runScenario(twoClients(), { run, onProgress: whenAttempting(kill) });
		expect(cell(blocked).verdict).to.equal('inconclusive');
		expect(cell('friend→server:80/tcp').verdict).to.equal('inconclusive');
		expect(verdicts.exitCode).to.equal(2);
	});

	it('a server that hangs: stopped while the attempts go on', async function () {
		this.timeout(60_000);
		const run = 'hung-server';
		const stop = () => agentPids(run, 'server').forEach((pid) => process.kill(pid, 'SIGSTOP'));
		const { cell } = await runScenario(twoClients(), { run, onProgress: whenAttempting(stop) });
		expect(cell(blocked).verdict).to.equal('inconclusive');
	});

	it('a server that never listened', async () => {
		// The scenario declares 80/tcp, so it is attempted; the agent was told to listen elsewhere.
		const { cell } = await runScenario(twoClients(), { wrap: listeningElsewhere });
		expect(cell(blocked).verdict).to.equal('inconclusive');
	});

	it('a witness whose record got lost on the way', async () => {
		let lost = 0;
		const wrap = lying((endpoint, line) => {
			if (endpoint !== 'server' || lost > 0 || !line.includes('"witness"')) return line;
			lost += 1;
			return undefined;
		});
		const { cell } = await runScenario(twoClients(), { wrap });
		expect(lost).to.equal(1);
		expect(cell(blocked).verdict).to.equal('inconclusive');
	});

	it('a witness that never answers its barrier', async function () {
		this.timeout(60_000);
		const wrap = lying((endpoint, line) => (endpoint === 'server' && line.includes('"barrier"') ? undefined : line));
		const { cell } = await runScenario(twoClients(), { wrap });
		expect(cell(blocked).verdict).to.equal('inconclusive');
	});

	it('a reply with a MAC of nobody: another pod, or a middlebox that echoes', async () => {
		const wrap = lying((endpoint, line) =>
			endpoint === 'stranger' && line.includes('"timed-out"')
				? line.replace('"timed-out"', '"answered-by-other"')
				: line,
		);
		const { cell } = await runScenario(twoClients(), { wrap });
		expect(cell(blocked).verdict).to.equal('inconclusive');
	});

	it('a client that could not send', async () => {
		const wrap = lying((endpoint, line) =>
			endpoint === 'stranger' && line.includes('"timed-out"') ? line.replace('"timed-out"', '"not-run"') : line,
		);
		const { cell } = await runScenario(twoClients(), { wrap });
		expect(cell(blocked).verdict).to.equal('inconclusive');
	});

	it('a leak in one of three tries is a leak: nothing is tried until it fails', async () => {
		const { events, cell } = await runScenario(twoClients(), {
			tamper: `
insert rule inet {policy} to_pod tcp dport 80 ct state new limit rate over 1/hour burst 1 packets return
insert rule inet {policy} to_pod tcp dport 80 ct state new accept
`,
		});
		const declared = eventsOf(events, 'try').filter(
			(event) => event.cell.includes(blocked) && event.purpose === 'declared',
		);
		expect(declared).to.have.length(3);
		expect(cell(blocked).verdict).to.equal('leak');
	});

	it('two runs at once on one machine: each gives the verdicts of itself alone', async () => {
		const results = await Promise.all([runScenario(twoClients()), runScenario(twoClients())]);
		for (const { verdicts } of results) expect(verdicts.counts).to.include({ enforced: 4, leak: 0, inconclusive: 0 });
		expect(new Set(results.map(({ run }) => run)).size).to.equal(2);
	});
});
