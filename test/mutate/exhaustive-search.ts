import { lookAt, type SearchRequest, type SearchResult } from '../../src/mutate/search.ts';
import { attemptsBetween, endsOf } from '../../src/mutate/paths.ts';
import { mayActOn } from '../../src/mutate/policy-parts.ts';
import { tellingPorts } from '../../src/mutate/ports.ts';

/** What `searchPaths` says, the long way: every path is looked at, one by one. */
export function searchExhaustively(request: SearchRequest): SearchResult {
	const { comparison, families, listeners, policies, within = () => true } = request;
	const { world, gone, come } = comparison;
	const differing = [...gone, ...come];
	const telling = [...new Set([...tellingPorts(differing), ...tellingPorts(policies)])];
	const ends = endsOf(world).filter((one) => {
		const pods = [one.from, one.to].flatMap(({ kind, name }) => (kind === 'pod' ? (world.pods[name] ?? []) : []));
		return within(one) && differing.some((object) => pods.some((pod) => mayActOn(object, pod)));
	});
	const result: SearchResult = { found: undefined, doubtful: undefined, masked: undefined, paths: 0 };
	for (const tier of ['listened', 'likely', 'rare'] as const) {
		for (const one of ends) {
			for (const attempt of attemptsBetween(one, world, listeners, { telling, tier })) {
				result.paths += families.length;
				const found = lookAt(attempt, comparison, families, result);
				if (found) return { ...result, found };
			}
		}
	}
	return result;
}
