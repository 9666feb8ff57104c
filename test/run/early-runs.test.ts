import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createEmbeddedCluster } from '../../src/cluster/netns/embedded-cluster.ts';
import { readHistory } from '../../src/history/read-history.ts';
import { judge } from '../../src/judge/judge.ts';
import type { Plan } from '../../src/model/plan.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import type { EarlyRun } from '../../src/run/early-run.ts';
import { EarlyRuns } from '../../src/run/early-runs.ts';
import { executeRun, newAgentSettings } from '../../src/run/execute-run.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';
import { agentPids } from '../e2e/support/agent-pids.ts';
import { eventsOf } from '../e2e/support/run-scenario.ts';
import { twoClients } from '../e2e/support/two-pods.ts';

describe('scenarios that stand ready before their run', function () {
	this.timeout(60_000);
	const { signal } = new AbortController();
	const settings = newAgentSettings(`early-${process.pid}`);
	const concurrency = 2000;
	const cluster = createEmbeddedCluster();
	let early: EarlyRuns;
	let folder: string;
	beforeEach(() => {
		early = new EarlyRuns();
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-early-'));
	});
	afterEach(async () => {
		await early.end();
		await cluster.down();
		rmSync(folder, { recursive: true });
	});

	function planOf(text: string): Plan {
		const { scenarios, diagnostics } = parseScenarioText(text, 'scenario.yaml', () => {
			throw new Error('no policy files here');
		});
		expect(diagnostics).to.deep.equal([]);
		const { name, capabilities, known } = cluster;
		return planScenarios(scenarios, { name, capabilities, known, families: ['ipv4'] }).plan;
	}

	/** As if the scenario had been taken before, so that it is made ready. */
	async function prepare({ scenarios }: Plan): Promise<void> {
		const facts = await cluster.up(signal);
		for (const scenario of scenarios) await early.take(scenario);
		early.prepare({ cluster, facts, settings, concurrency, signal });
	}

	/** `ready`: in the place of what stands ready by now. */
	async function run(plan: Plan, ready?: EarlyRun) {
		const stays = new Proxy(cluster, {
			get: (target, key) => {
				if (key === 'down') return async () => {};
				const value: unknown = Reflect.get(target, key, target);
				return typeof value === 'function' ? (value.bind(target) as unknown) : value;
			},
		});
		const ended = await executeRun({
			...{ plan, cluster: stays, settings, folder, run: 'run', version: 'test', concurrency, signal },
			early: async (scenario) => ready ?? early.take(scenario),
			onProgress: () => {},
		});
		expect(ended).to.deep.equal({ outcome: 'completed' });
		const { events } = await readHistory(join(folder, 'history.jsonl'));
		const verdicts = judge(plan, events);
		const cells = verdicts.scenarios.flatMap((scenario) => scenario.cells);
		return {
			...{ events, verdicts },
			verdictOf: (part: string) => cells.find(({ id }) => id.includes(part))?.verdict,
			proofOf: (part: string) => cells.find(({ id }) => id.includes(part))?.proof,
			baselines: eventsOf(events, 'epoch-began').filter(({ purpose }) => purpose === 'baseline'),
			deployedAt: eventsOf(events, 'endpoint')[0]?.at ?? Number.NaN,
		};
	}

	/** Another policy text, so that only what comes after the baseline differs. */
	const toEverybody = (text: string) =>
		text.replace('{podSelector: {matchLabels: {app: friend}}}', '{podSelector: {}}');

	it('take their baseline with them when only policies and expectations differ', async () => {
		await prepare(planOf(toEverybody(twoClients())));
		const [scenario] = planOf(twoClients()).scenarios;
		const ready = scenario && (await early.take(scenario));
		expect(ready).to.not.equal(undefined);
		// It is given to one run only.
		expect(scenario && (await early.take(scenario))).to.equal(undefined);
		const { verdicts, events, baselines, deployedAt, proofOf } = await run(planOf(twoClients()), ready);
		expect(verdicts.verdict).to.equal('enforced');
		expect(proofOf('stranger→server:80/tcp')).to.equal('bracketed');
		expect(baselines).to.have.length(1);
		expect(deployedAt).to.be.below(0);
		expect(baselines[0]?.at).to.be.below(0);
		// On one clock, whoever has written it down: what agents saw lies within their epoch.
		const [baseline] = baselines;
		const ended = eventsOf(events, 'epoch-ended').find(({ epoch }) => epoch === baseline?.epoch);
		const results = eventsOf(events, 'result').filter(({ epoch }) => epoch === baseline?.epoch);
		expect(results).to.not.have.length(0);
		for (const { startedAt, endedAt } of results) {
			expect(startedAt).to.be.within((baseline?.at ?? 0) - 1, ended?.at ?? 0);
			expect(endedAt).to.be.within(startedAt, ended?.at ?? 0);
		}
		const declared = eventsOf(events, 'epoch-began').find(({ purpose }) => purpose === 'declared');
		const later = eventsOf(events, 'result').filter(({ epoch }) => epoch === declared?.epoch);
		for (const { startedAt, endedAt, at } of later) {
			expect(startedAt).to.be.within((declared?.at ?? 0) - 1, endedAt);
			expect(endedAt).to.be.most(at + 1);
		}
		// Nothing that happened before is a part of its time.
		expect(verdicts.scenarios[0]?.duration).to.be.within(0, 10_000);
		for (const { duration } of verdicts.scenarios[0]?.phases ?? []) expect(duration).to.be.least(0);
	});

	it('tell a leak as any run does', async () => {
		await prepare(planOf(twoClients()));
		const { verdictOf, verdicts } = await run(planOf(toEverybody(twoClients())));
		expect(verdictOf('stranger→server:80/tcp')).to.equal('leak');
		expect(verdicts.exitCode).to.equal(1);
	});

	it('make the baseline again, on the same pods, when other paths are attempted', async () => {
		const fewer = `
  attempts:
    - {from: friend, to: "server:80", expect: allowed}`;
		await prepare(planOf(twoClients({ attempts: fewer })));
		const { verdicts, baselines, deployedAt, proofOf } = await run(planOf(twoClients()));
		expect(verdicts.verdict).to.equal('enforced');
		expect(proofOf('stranger→server:53/udp')).to.equal('bracketed');
		expect(baselines).to.have.length(2);
		expect(baselines[1]?.at).to.be.above(0);
		expect(deployedAt).to.be.below(baselines[1]?.at ?? 0);
	});

	it('are deployed anew when pods differ, or an agent has ended meanwhile', async () => {
		await prepare(planOf(twoClients({ listen: '[80/tcp]' })));
		const other = await run(planOf(twoClients()));
		expect(other.verdicts.verdict).to.equal('enforced');
		expect(other.baselines).to.have.length(1);
		expect(other.deployedAt).to.be.above(0);

		rmSync(join(folder, 'history.jsonl'));
		const plan = planOf(twoClients());
		await prepare(plan);
		while (agentPids(settings.run, 'server').length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
		await new Promise((resolve) => setTimeout(resolve, 1500));
		for (const pid of agentPids(settings.run, 'server')) process.kill(pid, 'SIGKILL');
		await new Promise((resolve) => setTimeout(resolve, 200));
		const after = await run(plan);
		expect(after.verdicts.verdict).to.equal('enforced');
		expect(after.deployedAt).to.be.above(0);
	});
});
