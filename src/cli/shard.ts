import { createHash } from 'node:crypto';
import { capabilityNames } from '../model/capability.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Plan } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import { planScenarios } from '../plan/plan-scenarios.ts';
import { assignShards, shardPlan } from '../plan/shard-plan.ts';
import { plural } from '../report/counts.ts';
import { type Selection, selectCells } from './select-cells.ts';

/**
 * The part of `plan` that `--shard I/N` names, or all of it. `plan`: what the selection left of the scenarios. Throws
 * GC_USAGE where there is no such part.
 */
export function shardOf(
	plan: Plan,
	scenarios: readonly Scenario[],
	request: Selection & { shard?: string | undefined },
	env: NodeJS.ProcessEnv,
): Plan {
	if (request.shard === undefined) return plan;
	const { index, of } = readShard(request.shard, env);
	const cells = cellsEverywhere(scenarios, request);
	if (of > cells.size) {
		throw new GatecrashError(
			'GC_USAGE',
			`--shard ${request.shard}: there ${cells.size === 1 ? 'is' : 'are'} only ${plural(cells.size, 'scenario')} to share out`,
			{
				hint: `a scenario is never divided`,
			},
		);
	}
	const shard = { index, of, scenarios: plan.scenarios.map(({ name }) => name), whole: planDigest(plan) };
	return { ...shardPlan(plan, assignShards(cells, of), index), shard };
}

/** `job/N`: the part of this pod in an Indexed Job, which counts from 0 in JOB_COMPLETION_INDEX. */
function readShard(text: string, env: NodeJS.ProcessEnv): { index: number; of: number } {
	const [, part = '', of = ''] = /^([1-9]\d{0,3}|job)\/([1-9]\d{0,3})$/.exec(text) ?? [];
	const completed = env['JOB_COMPLETION_INDEX'] ?? '';
	if (part === 'job' && !/^\d{1,4}$/.test(completed)) {
		throw new GatecrashError('GC_USAGE', `--shard ${text}: JOB_COMPLETION_INDEX is not set`, {
			hint: 'the pods of a Kubernetes Job with completionMode: Indexed have it; elsewhere write --shard 1/4',
		});
	}
	const index = part === 'job' ? Number(completed) + 1 : Number(part);
	if (part !== '' && index <= Number(of)) return { index, of: Number(of) };
	throw new GatecrashError('GC_USAGE', `--shard: "${text}" is not one of N parts`, {
		hint: part === 'job' ? `this is pod ${index} of the Job` : 'for example --shard 1/4; they are counted from 1',
	});
}

/** How many cells each scenario has where nothing is lacking: machines that can do different things share out alike. */
function cellsEverywhere(scenarios: readonly Scenario[], selection: Selection): Map<string, number> {
	const target = {
		name: 'any',
		capabilities: new Set(capabilityNames),
		families: ['ipv4', 'ipv6'] as const,
	};
	const { plan } = planScenarios(scenarios, target);
	return new Map(selectCells(plan, selection).scenarios.map(({ name, cells }) => [name, cells.length]));
}

/** SHA-256 of a whole plan: the same files, flags and capabilities of the cluster give the same. */
export function planDigest({ shard: _shard, ...whole }: Plan): string {
	const hash = createHash('sha256').update(String(whole.schemaVersion));
	for (const { cells, ...scenario } of whole.scenarios) {
		hash.update(`\n${JSON.stringify(scenario)}`);
		for (const cell of cells) hash.update(`\n${JSON.stringify(cell)}`);
	}
	return hash.digest('hex');
}
