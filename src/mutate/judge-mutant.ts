import type { Prediction } from '../model/plan.ts';
import type { CompiledPolicies } from '../policy/compile-policies.ts';
import { compareMoments, type MomentComparison } from './comparison.ts';
import { declarationOf } from './declaration.ts';
import type { FurtherWorld } from './further-world.ts';
import { lookFurther } from './look-further.ts';
import type { Mutant } from './mutant.ts';
import { noticedBy } from './notice.ts';
import { openPlaces, placeOf } from './remedy-place.ts';
import { listenerFor, pathText, type Remedy } from './remedy.ts';
import { type Found, lookAt, searchPaths, type SearchResult } from './search.ts';
import { compiledAt, type Subject } from './subject.ts';

/** What became of one mutant. */
export type Fate =
	/** `predicted`: only by attempts that follow the text, and so notice an engine but not the file. */
	| {
			is: 'noticed';
			by: 'declared' | 'predicted';
			cell: string;
			before: Prediction['verdict'];
			after: Prediction['verdict'];
	  }
	/** No attempt would fail, and one between what is declared could. */
	| { is: 'missed'; remedy: Remedy }
	/** No attempt between what is declared could tell; with something more one could. */
	| { is: 'beyond'; remedy: Remedy; paths: number }
	/** What could tell is left open by the specification, or rests on what is not known. */
	| { is: 'undecided'; path: string; before: Prediction['verdict']; after: Prediction['verdict']; because: string[] }
	| { is: 'equivalent'; because: string; paths: number };

export interface JudgedMutant {
	mutant: Mutant;
	fate: Fate;
}

/** A path that an earlier mutant of the same scenario needs to be noticed: one attempt may do for several. */
export interface Proposed {
	moment: number;
	found: Found;
}

/**
 * Holds one mutant against every attempt, and if none would notice it, against every path that could be attempted.
 * `proposed` is looked at first, and grows.
 */
export function judgeMutant(subject: Subject, mutant: Mutant, proposed: Proposed[] = []): JudgedMutant {
	const moments = compareMoments(subject, mutant);
	const notice = noticedBy(subject, moments);
	if (notice) {
		const { by, before, after, cell } = notice;
		return { mutant, fate: { is: 'noticed', by, cell: cell.id, before, after } };
	}
	return { mutant, fate: unnoticed(subject, mutant, moments, proposed) };
}

interface Looked extends SearchResult {
	moment: number;
}

function unnoticed(
	subject: Subject,
	mutant: Mutant,
	moments: readonly (MomentComparison | undefined)[],
	proposed: Proposed[],
): Fate {
	const again = proposed.flatMap(({ moment, found }) => repeated(found, moment, moments[moment], subject))[0];
	if (again) return missed(subject, again);
	const when = placesFor(subject, moments);
	if (when.length === 0)
		return { is: 'equivalent', because: 'it is never in force when attempts can be made', paths: 0 };
	const looked = when.map(({ moment, comparison }): Looked => {
		const { pods, external } = subject.plan.workload;
		const policies = [...(subject.states[moment]?.policies.values() ?? [])];
		const { families } = subject;
		return { ...searchPaths({ comparison, families, listeners: { pods, external }, policies }), moment };
	});
	const hits = looked.flatMap(({ found, moment }) => (found ? [{ found, moment }] : []));
	const hit = hits.find(({ found }) => found.attempt.connection.protocol !== 'sctp' || usesSctp(subject));
	if (hit) {
		proposed.push(hit);
		return missed(subject, hit);
	}
	const paths = looked.reduce((sum, one) => sum + one.paths, 0);
	// Not every node can do SCTP: an attempt over it would keep the others from running where it can't.
	if (hits[0]) return { is: 'beyond', remedy: missedBy(subject, hits[0]), paths };
	const further = beyond(subject, mutant, when);
	if (further.remedy) return { is: 'beyond', remedy: further.remedy, paths };
	const doubt = looked.flatMap(({ doubtful, moment }) => (doubtful ? [undecided(subject, doubtful, moment)] : []))[0];
	const undecidable = doubt ?? further.doubt;
	if (undecidable) return undecidable;
	return { is: 'equivalent', because: whyEquivalent(subject, looked), paths };
}

/** The same attempt, if it tells this mutant too. */
function repeated(
	{ attempt }: Found,
	moment: number,
	comparison: MomentComparison | undefined,
	{ families }: Subject,
): Proposed[] {
	const found = comparison && lookAt(attempt, comparison, families);
	return found ? [{ moment, found }] : [];
}

function missed(subject: Subject, proposed: Proposed): Fate {
	return { is: 'missed', remedy: missedBy(subject, proposed) };
}

function missedBy(subject: Subject, { found, moment }: Proposed): Remedy {
	const { because } = compiledAt(subject, moment).predict({ ...found.attempt.connection, family: found.family });
	return remedyOf(subject, found, moment, because, undefined);
}

function usesSctp({ plan: { workload } }: Subject): boolean {
	return [...Object.values(workload.pods), ...Object.values(workload.external)].some(({ listen }) =>
		listen.some(({ protocol }) => protocol === 'sctp'),
	);
}

/** Moments at which the mutant is another policy, those first at which the scenario attempts something. */
function placesFor(
	{ timeline }: Subject,
	moments: readonly (MomentComparison | undefined)[],
): { moment: number; comparison: MomentComparison }[] {
	const places = moments.flatMap((comparison, moment) =>
		comparison && !timeline.moments[moment]?.passing ? [{ moment, comparison }] : [],
	);
	const attempts = ({ moment }: { moment: number }) => (timeline.moments[moment]?.attempts ? 0 : 1);
	return places.toSorted((one, other) => attempts(one) - attempts(other));
}

/** With something that nobody declared. */
function beyond(
	subject: Subject,
	mutant: Mutant,
	when: readonly { moment: number; comparison: MomentComparison }[],
): { remedy?: Remedy; doubt?: Fate } {
	let doubt: Fate | undefined;
	for (const place of when) {
		const looked = lookFurther(subject, mutant, place);
		if (!looked) continue;
		const { found, doubtful, further, before } = looked;
		if (doubtful) doubt ??= undecidedBy(before, doubtful);
		if (!found) continue;
		const because = before.predict({ ...found.attempt.connection, family: found.family }).because;
		return { remedy: remedyOf(subject, found, place.moment, because, further) };
	}
	return doubt ? { doubt } : {};
}

function remedyOf(
	subject: Subject,
	found: Found,
	moment: number,
	because: string[],
	further: FurtherWorld | undefined,
): Remedy {
	const { from, to } = found.attempt.connection;
	const declare = further ? [from, to].flatMap((end) => declarationOf(end, further, found)) : [];
	const target = to.kind === 'external' ? `external.${to.name}` : `pods.${to.name}`;
	const listen = declare.some(({ key }) => key === target) ? undefined : listenerFor(found, subject.scenario);
	const { before, after } = found;
	return {
		...placeOf(subject, found, moment),
		...{ open: further ? [] : openPlaces(subject, found, moment), listen, declare, before, after, because },
	};
}

function undecided(subject: Subject, found: Found, moment: number): Fate {
	return undecidedBy(compiledAt(subject, moment), found);
}

function undecidedBy(policies: CompiledPolicies, { attempt, family, before, after }: Found): Fate {
	const connection = { ...attempt.connection, family };
	const { because } = policies.predict(connection);
	return { is: 'undecided', path: pathText(connection), before, after, because };
}

function whyEquivalent(subject: Subject, looked: readonly Looked[]): string {
	const masked = looked.flatMap(({ masked: attempt, moment }) => (attempt ? [{ attempt, moment }] : []))[0];
	if (!masked) return 'it selects the same, and lets the same through';
	const { connection } = masked.attempt;
	const { verdict, because } = compiledAt(subject, masked.moment).predict(connection);
	return `what it changes is decided elsewhere: ${pathText(connection)} stays ${verdict} (${because.join('; ')})`;
}
