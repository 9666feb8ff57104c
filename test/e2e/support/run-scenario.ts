import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedCluster, type EmbeddedClusterOptions } from '../../../src/cluster/netns/embedded-cluster.ts';
import { readHistory } from '../../../src/history/read-history.ts';
import { judge } from '../../../src/judge/judge.ts';
import type { Cluster } from '../../../src/model/cluster.ts';
import type { EventBody, EventOf, HistoryEvent } from '../../../src/model/event.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { CellVerdict, RunVerdicts } from '../../../src/model/verdict.ts';
import { planScenarios } from '../../../src/plan/plan-scenarios.ts';
import { executeRun, type RunOutcome } from '../../../src/run/execute-run.ts';
import type { OnProgress } from '../../../src/run/progress.ts';
import { parseScenarioText } from '../../../src/scenario/parse-scenario-text.ts';

export interface ScenarioResult {
	run: string;
	plan: Plan;
	events: HistoryEvent[];
	verdicts: RunVerdicts;
	outcome: RunOutcome;
	/** The one cell whose id contains the text. */
	cell(part: string): CellVerdict;
}

export interface ScenarioOptions {
	/** nftables statements that make the embedded engine wrong on purpose. */
	tamper?: string;
	/** Of the embedded cluster. */
	embedded?: EmbeddedClusterOptions;
	onProgress?: OnProgress;
	signal?: AbortSignal;
	/** Lies to the harness between it and the real cluster. */
	wrap?: (cluster: Cluster) => Cluster;
	run?: string;
}

/** From YAML text to verdicts on a real embedded cluster, as the command line does it; the folder is removed. */
export async function runScenario(text: string, options: ScenarioOptions = {}): Promise<ScenarioResult> {
	const { scenarios, diagnostics } = parseScenarioText(text, 'scenario.yaml', () => {
		throw new Error('no policy files here');
	});
	const errors = diagnostics.filter(({ severity }) => severity === 'error');
	if (errors.length > 0) throw new Error(JSON.stringify(errors));
	const { tamper } = options;
	const embedded = createEmbeddedCluster({ ...options.embedded, ...(tamper === undefined ? {} : { tamper }) });
	const cluster = options.wrap ? options.wrap(embedded) : embedded;
	const { plan } = planScenarios(scenarios, {
		name: cluster.name,
		capabilities: cluster.capabilities,
		families: ['ipv4', 'ipv6'],
		known: cluster.known,
	});
	const folder = await mkdtemp(join(tmpdir(), 'gatecrash-e2e-'));
	const run = options.run ?? randomBytes(4).toString('hex');
	try {
		const outcome = await executeRun({
			...{ plan, cluster, folder, run, version: 'test', concurrency: 2000 },
			signal: options.signal ?? new AbortController().signal,
			onProgress: options.onProgress ?? (() => {}),
		});
		const { events } = await readHistory(join(folder, 'history.jsonl'));
		const verdicts = judge(plan, events);
		return { run, plan, events, verdicts, outcome, cell: (part) => onlyCell(verdicts, part) };
	} finally {
		await rm(folder, { recursive: true });
	}
}

function onlyCell(verdicts: RunVerdicts, part: string): CellVerdict {
	const cells = verdicts.scenarios.flatMap((scenario) => scenario.cells).filter((cell) => cell.id.includes(part));
	const [cell] = cells;
	if (!cell || cells.length > 1) throw new Error(`${cells.length} cells contain ${part}`);
	return cell;
}

export function eventsOf<Is extends EventBody['is']>(events: readonly HistoryEvent[], is: Is): EventOf<Is>[] {
	return events.filter((event): event is EventOf<Is> => event.is === is);
}
