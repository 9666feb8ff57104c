import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openCluster } from '../../../src/cluster/open-cluster.ts';
import { readHistory } from '../../../src/history/read-history.ts';
import { judge } from '../../../src/judge/judge.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { ScenarioVerdict } from '../../../src/model/verdict.ts';
import { planScenarios } from '../../../src/plan/plan-scenarios.ts';
import { executeRun } from '../../../src/run/execute-run.ts';
import { readScenarios } from '../../../src/scenario/read-scenarios.ts';

/** Shipped scenarios, planned for the embedded cluster. */
export async function planOfFolder(folder: string): Promise<Plan> {
	const { scenarios } = await readScenarios([folder]);
	const { name, capabilities, known } = await openCluster('embedded');
	return planScenarios(scenarios, { name, capabilities, known, families: ['ipv4', 'ipv6'] }).plan;
}

/**
 * Carries out a plan on the embedded cluster and judges it. A machine that is busy with something else answers too late for
 * a verdict; such scenarios are run once more, alone.
 */
export async function runPlan(plan: Plan): Promise<ScenarioVerdict[]> {
	const first = await runOnce(plan);
	const late = new Set(first.filter(({ counts }) => counts.inconclusive > 0).map(({ scenario }) => scenario));
	const again: ScenarioVerdict[] = [];
	for (const scenario of plan.scenarios.filter(({ name }) => late.has(name)))
		again.push(...(await runOnce({ ...plan, scenarios: [scenario] })));
	return [...first.filter(({ scenario }) => !late.has(scenario)), ...again];
}

async function runOnce(plan: Plan): Promise<ScenarioVerdict[]> {
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
