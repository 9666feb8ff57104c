import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openCluster } from '../../src/cluster/open-cluster.ts';
import { readHistory } from '../../src/history/read-history.ts';
import { judge } from '../../src/judge/judge.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { CellVerdict, ScenarioVerdict } from '../../src/model/verdict.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { executeRun } from '../../src/run/execute-run.ts';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';

async function planOfCatalogue(): Promise<Plan> {
	const { scenarios } = await readScenarios(['scenarios/network-policy']);
	const { name, capabilities, known } = await openCluster('embedded');
	return planScenarios(scenarios, { name, capabilities, known, families: ['ipv4', 'ipv6'] }).plan;
}

async function run(plan: Plan): Promise<ScenarioVerdict[]> {
	const name = randomBytes(4).toString('hex');
	const cluster = await openCluster('embedded', { run: name });
	const folder = await mkdtemp(join(tmpdir(), 'gatecrash-catalogue-'));
	const { signal } = new AbortController();
	setMaxListeners(0, signal);
	try {
		const { outcome } = await executeRun({
			...{ plan, cluster, folder, run: name, version: 'test', concurrency: 2000 },
			signal,
			onProgress: () => {},
		});
		expect(outcome).to.equal('completed');
		return judge(plan, (await readHistory(join(folder, 'history.jsonl'))).events).scenarios;
	} finally {
		await rm(folder, { recursive: true });
	}
}

const cellsOf = (scenarios: ScenarioVerdict[]): CellVerdict[] => scenarios.flatMap(({ cells }) => cells);

describe('the catalogue on the embedded cluster', function () {
	this.timeout(600_000);

	it('is enforced, each block with proof, and what cannot run here is skipped by name', async () => {
		const plan = await planOfCatalogue();
		const first = await run(plan);
		// A machine that is busy with something else answers too late for a verdict; such scenarios are run once more, alone.
		const late = new Set(first.filter(({ counts }) => counts.inconclusive > 0).map(({ scenario }) => scenario));
		const again: ScenarioVerdict[] = [];
		for (const scenario of plan.scenarios.filter(({ name }) => late.has(name)))
			again.push(...(await run({ ...plan, scenarios: [scenario] })));
		const cells = cellsOf([...first.filter(({ scenario }) => !late.has(scenario)), ...again]);

		const wrong = cells.filter(({ verdict }) => ['leak', 'broken', 'inconclusive'].includes(verdict));
		expect(wrong.map(({ id, verdict, reasons }) => ({ id, verdict, reasons }))).to.deep.equal([]);
		const blocked = cells.filter(({ expectation, verdict }) => expectation === 'blocked' && verdict === 'enforced');
		expect(blocked.filter(({ proof }) => proof === 'none').map(({ id }) => id)).to.deep.equal([]);
		expect(blocked.length).to.be.above(900);
		const skipped = new Set(cells.filter(({ verdict }) => verdict === 'skipped').map(({ scenario }) => scenario));
		expect([...skipped].sort()).to.deep.equal(
			plan.scenarios
				.filter(({ skip }) => skip)
				.map(({ name }) => name)
				.sort(),
		);
		expect([...skipped]).to.include.members(['cross-node', 'kubelet-probes', 'load-balancer', 'sctp-only']);
	});
});
