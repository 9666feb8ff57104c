import type { IpFamily } from '../model/address.ts';
import type { Prediction } from '../model/plan.ts';
import type { KubernetesObject } from '../model/policy.ts';
import { isPlain } from '../policy/compare-ends.ts';
import type { Connection, World } from '../policy/world.ts';
import type { MomentComparison } from './comparison.ts';
import {
	type Attempt,
	attemptsBetween,
	type Ends,
	endsOf,
	inFamily,
	type Listeners,
	type PortChoice,
} from './paths.ts';
import { mayActOn } from './policy-parts.ts';
import { tellingPorts } from './ports.ts';

type Verdict = Prediction['verdict'];

/** A path whose verdict tells the policies from their mutant. */
export interface Found {
	attempt: Attempt;
	family: IpFamily;
	before: Verdict;
	after: Verdict;
	/** What all families say of the path before, where they agree. */
	everywhere: Verdict | undefined;
}

export interface SearchResult {
	found: Found | undefined;
	/** A path of which one side says nothing definite. */
	doubtful: Found | undefined;
	/** A path on which the mutant says something else, which other policies decide. */
	masked: Attempt | undefined;
	/** How many were looked at, families apart. */
	paths: number;
}

export interface SearchRequest {
	comparison: MomentComparison;
	families: readonly IpFamily[];
	listeners: Listeners;
	/** All that are in force. */
	policies: readonly KubernetesObject[];
	/** Only some. */
	within?: (ends: Ends) => boolean;
	/** Stops when so many paths were looked at. */
	most?: number;
}

const tiers: readonly PortChoice['tier'][] = ['listened', 'likely', 'rare'];

/**
 * Looks at every path of a world: all clients and servers, what is listened on first, then every port at which some rule
 * begins or ends, over all protocols, in all families. Ends with the first that tells the two apart.
 */
export function searchPaths(request: SearchRequest): SearchResult {
	const { comparison, families, listeners, policies, within = () => true, most = Number.POSITIVE_INFINITY } = request;
	const { world, gone, come } = comparison;
	const differing = [...gone, ...come];
	const telling = [...new Set([...tellingPorts(differing), ...tellingPorts(policies)])];
	const ends = endsOf(world).filter((one) => concerns(one, world, differing) && within(one));
	const result: SearchResult = { found: undefined, doubtful: undefined, masked: undefined, paths: 0 };
	for (const tier of tiers) {
		for (const one of ends) {
			for (const attempt of attemptsBetween(one, world, listeners, { telling, tier })) {
				if (result.paths >= most) return result;
				result.paths += families.length;
				const found = lookAt(attempt, comparison, families, result);
				if (found) return { ...result, found };
			}
		}
	}
	return result;
}

/** A policy that selects neither end says nothing of a path. */
function concerns({ from, to }: Ends, world: World, differing: readonly KubernetesObject[]): boolean {
	const pods = [from, to].flatMap(({ kind, name }) => (kind === 'pod' ? (world.pods[name] ?? []) : []));
	return differing.some((object) => pods.some((pod) => mayActOn(object, pod)));
}

/** Whether one attempt tells the two apart, in some family. */
export function lookAt(
	attempt: Attempt,
	comparison: MomentComparison,
	families: readonly IpFamily[],
	result: Partial<Pick<SearchResult, 'masked' | 'doubtful'>> = {},
): Found | undefined {
	for (const family of families) {
		const connection = inFamily(attempt, family);
		if (!comparison.mayDiffer(connection)) continue;
		const [before, after] = [comparison.before(connection), comparison.after(connection)];
		if (before === after && (isDefinite(before) || isOpenAnyway(connection, before, comparison.world))) {
			result.masked ??= attempt;
			continue;
		}
		const all = new Set(families.map((one) => comparison.before(inFamily(attempt, one))));
		const found = { attempt, family, before, after, everywhere: all.size === 1 ? before : undefined };
		if (isDefinite(before) && isDefinite(after)) return found;
		result.doubtful ??= found;
	}
	return undefined;
}

/**
 * Open on either side, whatever the rules say: a node's address, a Service's. Elsewhere two answers that say nothing
 * definite don't mean that the policies mean the same.
 */
function isOpenAnyway(connection: Connection, verdict: Verdict, world: World): boolean {
	return verdict === 'open' && !isPlain(connection, world);
}

function isDefinite(verdict: Verdict): boolean {
	return verdict === 'allowed' || verdict === 'blocked';
}
