import type { IpFamily } from '../model/address.ts';
import type { Prediction } from '../model/plan.ts';
import type { KubernetesObject } from '../model/policy.ts';
import { identityOf } from '../policy/mesh/identity.ts';
import { isPlain } from '../policy/plain-paths.ts';
import type { Attempted, Connection, World } from '../policy/world.ts';
import type { MomentComparison } from './comparison.ts';
import {
	type Attempt,
	attemptsBetween,
	countAttempts,
	type Ends,
	endsWith,
	inFamily,
	isMeshed,
	type Listeners,
	listenersText,
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
	/** Where nothing was found: how many there are, families apart. */
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
	/** Default: each. */
	isWanted?: (attempt: Attempt) => boolean;
}

const tiers: readonly PortChoice['tier'][] = ['listened', 'likely', 'rare'];

/**
 * Every path of a world: all clients and servers, what is listened on first, then every port at which some rule begins or
 * ends, over all protocols, in all families. Ends with the first that tells the two apart. Ends between which they can't
 * differ are passed over, and of those that all policies treat alike the first stands for the others.
 */
export function searchPaths(request: SearchRequest): SearchResult {
	const { comparison, families, listeners, policies } = request;
	const { world, gone, come } = comparison;
	const telling = [...new Set([...tellingPorts([...gone, ...come]), ...tellingPorts(policies)])];
	const result: SearchResult = { found: undefined, doubtful: undefined, masked: undefined, paths: 0 };
	const worthwhile: Ends[] = [];
	const meshed = isMeshed(world);
	for (const tier of tiers) {
		for (const ends of tier === 'listened' ? kept(worthwhile, differentEnds(request, telling, result)) : worthwhile) {
			for (const attempt of attemptsBetween(ends, world, listeners, { telling, tier })) {
				if (meshed) result.paths += families.length;
				if (request.isWanted?.(attempt) === false) continue;
				const found = lookAt(attempt, comparison, families, result);
				if (found) return { ...result, found };
			}
		}
	}
	return result;
}

/** Lets through, and remembers. */
function* kept<T>(all: T[], items: Iterable<T>): Generator<T> {
	for (const item of items) {
		all.push(item);
		yield item;
	}
}

/** One pair of ends for all that are alike; counts the paths between all of them. */
function* differentEnds(request: SearchRequest, telling: readonly number[], result: SearchResult): Generator<Ends> {
	const { comparison, families, listeners, within = () => true } = request;
	const { world } = comparison;
	const meshed = isMeshed(world);
	const counts = new Map<string, number>();
	const seen = new Set<string>();
	const isConcerned = concerns(comparison);
	for (const ends of endsWith(world, isConcerned)) {
		if (!within(ends)) continue;
		if (meshed) {
			yield ends;
			continue;
		}
		const target = `${ends.to.kind} ${ends.to.name}`;
		const count = counts.get(target) ?? countAttempts(ends.to, world, listeners, telling);
		counts.set(target, count);
		result.paths += count * families.length;
		if (!comparison.mayDifferBetween(ends)) continue;
		const meaning = comparison.meaningBetween(ends);
		const text = meaning === undefined ? target : `${meaning} ${destinationText(ends.to, world, listeners)}`;
		if (meaning !== undefined && seen.has(text)) continue;
		seen.add(text);
		yield ends;
	}
}

function destinationText(to: Ends['to'], world: World, listeners: Listeners): string {
	const named = to.kind === 'pod' ? world.pods[to.name]?.namedPorts : undefined;
	return `${listenersText(to, world, listeners)} ${JSON.stringify(named)}`;
}

/** A policy that selects neither end says nothing of a path. */
function concerns({ world, gone, come }: MomentComparison): (end: Ends['to']) => boolean {
	const selected = new Set(
		Object.entries(world.pods).flatMap(([name, pod]) =>
			[...gone, ...come].some((object) => mayActOn(object, pod)) ? [name] : [],
		),
	);
	return ({ kind, name }) => kind === 'pod' && selected.has(name);
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
		const isTold = isDefinite(before) && isDefinite(after);
		if (isTold && !arrivesBare(connection, comparison)) return found;
		result.doubtful ??= found;
	}
	return undefined;
}

/** Whether, on either side, it arrives as something else than what was attempted, of which no attempt of its kind can tell. */
function arrivesBare({ attempted, ...path }: Connection, comparison: MomentComparison): boolean {
	type Side = (as: Attempted) => Verdict;
	const sides: Side[] = [
		(as) => comparison.before({ ...path, attempted: as }),
		(as) => comparison.after({ ...path, attempted: as }),
	];
	// What gets through in the clear is neither allowed nor blocked; declared as `unprotected` it says nothing of the rest.
	if (attempted?.kind === 'mtls') {
		const client = path.from.kind === 'pod' ? comparison.world.pods[path.from.name] : undefined;
		const proven: Attempted = { ...attempted, ...(client && { identity: identityOf(client) }) };
		return sides.some(
			(say) =>
				(say(attempted) === 'blocked' && say({ kind: 'connect' }) === 'allowed') ||
				(say(attempted) === 'allowed' && say(proven) === 'blocked'),
		);
	}
	// TLS that no sidecar ends is passed on to an application that speaks none: what it answers is nobody's.
	if (attempted?.kind !== 'tls') return false;
	return sides.some((say) => say(attempted) === 'blocked' && say({ kind: 'plaintext' }) === 'allowed');
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
