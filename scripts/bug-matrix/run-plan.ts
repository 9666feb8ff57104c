import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHistory } from '../../src/history/read-history.ts';
import { judge } from '../../src/judge/judge.ts';
import type { Cluster } from '../../src/model/cluster.ts';
import type { ScenarioPlan } from '../../src/model/plan.ts';
import { planSchemaVersion } from '../../src/model/plan.ts';
import type { ScenarioVerdict } from '../../src/model/verdict.ts';
import { executeRun } from '../../src/run/execute-run.ts';

/** Rules are in force when the cluster has acknowledged them: what hasn't changed by then won't. Milliseconds. */
const settleBound = 300;

/** Runs scenarios on a cluster, as `gatecrash run` does, and leaves nothing. Rejects when one could not be run. */
export async function runPlan(scenarios: ScenarioPlan[], cluster: Cluster): Promise<ScenarioVerdict[]> {
	const plan = { schemaVersion: planSchemaVersion, scenarios } as const;
	const folder = await mkdtemp(join(tmpdir(), 'gatecrash-bug-matrix-'));
	try {
		const { outcome, error } = await executeRun({
			...{ plan, cluster, folder, settleBound },
			run: randomBytes(4).toString('hex'),
			version: 'bug-matrix',
			concurrency: 2048,
			signal: new AbortController().signal,
			onProgress: () => {},
		});
		if (outcome !== 'completed') throw new Error(`the run ended as ${outcome}`, { cause: error });
		return judge(plan, (await readHistory(join(folder, 'history.jsonl'))).events).scenarios;
	} finally {
		await rm(folder, { recursive: true });
	}
}
