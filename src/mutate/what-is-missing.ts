import { parse } from 'yaml';
import { flowText } from './flow-text.ts';
import type { MutatedScenario } from './mutate-scenario.ts';
import type { Remedy } from './remedy.ts';
import { shortReason } from './short-reason.ts';

/** An attempt that has to be added to a scenario so that what it misses is noticed. */
export interface MissingAttempt {
	/** In YAML's flow style. */
	value: string;
	/** Which mutants it notices. */
	comment: string;
	beside: Remedy['beside'];
	/** Ports that its targets have to listen on, by `pods.NAME` or `external.NAME`. */
	listen: Map<string, Set<string>>;
}

interface Group {
	beside: Remedy['beside'];
	attempt: Record<string, unknown>;
	targets: Set<string>;
	mutants: string[];
	/** Why it is expected, for each target. */
	because: (readonly string[])[];
	listen: MissingAttempt['listen'];
}

/**
 * Of the mutants that an attempt between what is declared could tell. Attempts that differ in their target alone are one
 * with several; where a scenario of phases has no attempts at that time, nobody but its author knows where they belong.
 */
export function whatIsMissing({ mutants }: MutatedScenario): MissingAttempt[] {
	const groups = new Map<string, Group>();
	for (const { mutant, fate } of mutants) {
		if (fate.is !== 'missed' || (fate.remedy.when !== undefined && fate.remedy.beside === undefined)) continue;
		const { attempt, beside, because, listen, open } = fate.remedy;
		const group = add(groups, attempt, beside, because);
		group.mutants.push(mutant.id);
		const elsewhere = open.map((place) => add(groups, place.attempt, place.beside, place.because));
		for (const one of [group, ...elsewhere]) {
			if (listen) one.listen.set(listen.target, (one.listen.get(listen.target) ?? new Set()).add(listen.port));
		}
	}
	return [...groups.values()].map(attemptOf);
}

function add(groups: Map<string, Group>, text: string, beside: Remedy['beside'], because: readonly string[]): Group {
	const { to, name, ...attempt } = parse(text) as Record<string, unknown>;
	const key = JSON.stringify([beside, attempt]);
	const group: Group = groups.get(key) ?? {
		beside,
		attempt,
		targets: new Set(),
		mutants: [],
		because: [],
		listen: new Map(),
	};
	groups.set(key, group);
	if (name !== undefined) group.attempt = { ...group.attempt, name };
	if (typeof to === 'string') group.targets.add(to);
	group.because.push(because);
	return group;
}

function attemptOf({ beside, attempt, targets, mutants, because, listen }: Group): MissingAttempt {
	const { name, kind, certificate, alpn, from, ...rest } = attempt;
	const before = Object.fromEntries(
		Object.entries({ name, kind, certificate, alpn, from }).filter(([, value]) => value !== undefined),
	);
	const [to, ...more] = [...targets];
	const target = to === undefined ? {} : { to: more.length > 0 ? [to, ...more] : to };
	const { expect } = rest;
	const reason = expect === 'allowed' || expect === 'blocked' ? { reason: shortReason(expect, because) } : {};
	const value = flowText({ ...before, ...target, ...rest, ...reason });
	const [first, ...others] = mutants;
	const notices = `notices ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`;
	return { value, comment: first === undefined ? 'open, where another phase closes it' : notices, beside, listen };
}
