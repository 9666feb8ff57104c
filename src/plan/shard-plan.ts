import type { Plan } from '../model/plan.ts';

/**
 * Which shard gets which scenario: names -> shards, from 1. The heaviest scenario first, always to the shard that has the
 * fewest cells so far; so the same scenarios with as many cells give the same shards, in whatever order they are read.
 */
export function assignShards(cells: ReadonlyMap<string, number>, shards: number): Map<string, number> {
	const loads = Array.from({ length: shards }, () => 0);
	const heaviestFirst = [...cells].sort(
		([one, less], [other, more]) => more - less || (one < other ? -1 : one > other ? 1 : 0),
	);
	return new Map(
		heaviestFirst.map(([name, count]) => {
			const lightest = loads.indexOf(Math.min(...loads));
			// A scenario without cells is work too.
			loads[lightest] = (loads[lightest] ?? 0) + Math.max(count, 1);
			return [name, lightest + 1];
		}),
	);
}

/** The part of a plan that belongs to shard `index`. Its scenarios keep their order. */
export function shardPlan(plan: Plan, assigned: ReadonlyMap<string, number>, index: number): Plan {
	return { ...plan, scenarios: plan.scenarios.filter(({ name }) => assigned.get(name) === index) };
}
