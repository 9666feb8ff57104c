import type { KubernetesObject } from '../model/policy.ts';
import { attemptsBetween, type Ends, endsOf, isMeshed } from '../mutate/paths.ts';
import { mayActOn } from '../mutate/policy-parts.ts';
import { tellingPorts } from '../mutate/ports.ts';
import type { Found } from '../mutate/search.ts';
import type { World } from '../policy/world.ts';
import { type Candidate, type Mistake, mistakeKey } from './chosen.ts';
import { isProvable, type MutantComparisons } from './mutant-comparisons.ts';

export interface NearRequest {
	comparisons: MutantComparisons;
	/** Of one policy, as it is. */
	objects: readonly KubernetesObject[];
	/** Those that nothing tells yet. */
	open: readonly Mistake[];
	/** Pods that the policy may have to do with. */
	local: ReadonlySet<string>;
	/** Pods that are there anyway come first. */
	isUsed: (pod: string) => boolean;
	/** The families may say different things. */
	divided: boolean;
}

/** Attempts between pods near one policy, with the mutants that each tells. */
export function nearCandidates(request: NearRequest): Candidate[] {
	const { comparisons, objects, open, divided } = request;
	const { world, subject } = comparisons;
	const differing = open.flatMap((mutant) => mutant.object ?? []);
	const ownPorts = tellingPorts([...objects, ...differing.filter(({ kind }) => kind !== 'NetworkPolicy')]);
	// That engines may leave open.
	const telling = open.some(({ engine }) => engine === 'dns-unfiltered') ? [...new Set([...ownPorts, 53])] : ownPorts;
	const { pods, external } = subject.plan.workload;
	// What says nothing of SCTP treats it as UDP.
	const speaksSctp = JSON.stringify(objects).includes('SCTP');
	const tiers = speaksSctp ? (['listened', 'likely', 'rare'] as const) : (['listened', 'likely'] as const);
	const candidates: Candidate[] = [];
	for (const ends of nearEnds(request)) {
		const acting = open.filter((mutant) => comparisons.of(mutant)?.mayDifferBetween(ends));
		if (acting.length === 0) continue;
		for (const tier of tiers) {
			for (const attempt of attemptsBetween(ends, world, { pods, external }, { telling, tier })) {
				if (!isProvable(attempt, world)) continue;
				const tells = new Map<string, Found>();
				for (const mutant of acting) {
					const found = comparisons.lookAt(attempt, mutant, divided);
					if (found) tells.set(mistakeKey(mutant), found);
				}
				if (tells.size > 0) candidates.push({ attempt, tells });
			}
		}
	}
	return candidates;
}

function nearEnds(request: NearRequest): Ends[] {
	const { comparisons, local } = request;
	const { world } = comparisons;
	const isLocal = ({ kind, name }: { kind: string; name: string }): boolean => kind !== 'pod' || local.has(name);
	if (isMeshed(world)) return endsOf(world).filter(({ from, to }) => isLocal(from) && isLocal(to));
	const pods = [...local].flatMap((name) => (world.pods[name] ? [[name, world.pods[name]] as const] : []));
	return endsOf({ ...world, pods: Object.fromEntries(pods) })
		.filter(({ from, to }) => isLocal(from) && isLocal(to))
		.filter(worthwhile(request, world));
}

/**
 * Whom a policy selects is told by all that it may select and a few others; what it says of others by one or two that
 * it selects and all others.
 */
function worthwhile({ objects, local, isUsed }: NearRequest, world: World): (ends: Ends) => boolean {
	const names = [...local].toSorted((one, other) => Number(isUsed(other)) - Number(isUsed(one)));
	const selected = names.filter((name) => {
		const pod = world.pods[name];
		return pod !== undefined && objects.some((object) => mayActOn(object, pod));
	});
	const subjects = new Set(selected.slice(0, 2));
	const few = new Set([...subjects, ...names.filter((name) => !selected.includes(name)).slice(0, 5)]);
	const isOutside = ({ kind }: { kind: string }) => kind !== 'pod';
	return ({ from, to }) =>
		[from, to].some(({ name }) => subjects.has(name)) ||
		([from, to].every((end) => isOutside(end) || few.has(end.name) || selected.includes(end.name)) &&
			[from, to].some((end) => few.has(end.name)));
}
