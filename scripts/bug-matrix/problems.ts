import type { Bug } from '../../src/cluster/netns/bugs/bug.ts';
import type { Scenario } from '../../src/model/scenario.ts';
import { isConcerned } from './concerns.ts';
import type { Noticed, Witness } from './observe.ts';
import type { Suite } from './suites.ts';

export interface Row {
	bug: Bug;
	/** How many scenarios could notice. */
	affected: number;
	/** Those that were run. */
	noticed: Map<string, Noticed>;
	/** As `Suite.blinding` says. */
	isBlinding: boolean;
}

/**
 * Names of the scenarios that notice a bug: by failing, or, where the specification is open, by observing something else, or,
 * where the bug is one of the harness's own eyes, by calling nothing shown.
 */
export function killers({ bug, noticed, isBlinding }: Pick<Row, 'bug' | 'noticed' | 'isBlinding'>): string[] {
	const isRequired = 'required' in bug.violates;
	return [...noticed]
		.filter(
			([, { leak, broken, changed, inconclusive }]) =>
				leak || broken || (!isRequired && changed) || (isBlinding && inconclusive),
		)
		.map(([name]) => name);
}

/** The bugs that each scenario alone notices, of those that were tried on every scenario that could. */
export function onlyKiller(rows: Row[]): Map<string, string[]> {
	const alone = new Map<string, string[]>();
	for (const row of rows) {
		const [name, ...others] = killers(row);
		if (name !== undefined && others.length === 0 && row.noticed.size === row.affected)
			alone.set(name, [...(alone.get(name) ?? []), row.bug.name]);
	}
	return alone;
}

/** What speaks against the bugs or against the catalogue, a sentence for each. */
export function problemsOf(suite: Suite, rows: Row[], witnesses: Witness[], scenarios: Scenario[]): string[] {
	return [
		...witnesses.flatMap(ofWitness),
		...rows.flatMap((row) => ofRow(row, witnesses)),
		...(suite.needsAll ? superfluous(rows, witnesses, scenarios) : []),
	];
}

function ofWitness({ plan, honest }: Witness): string[] {
	const { leak, broken, inconclusive } = honest.counts;
	return leak + broken + inconclusive === 0 ? [] : [`${plan.name} is ${honest.verdict} on an honest engine`];
}

function ofRow(row: Row, witnesses: Witness[]): string[] {
	const { bug, noticed, isBlinding } = row;
	const all = killers(row);
	if (all.length === 0) return [`${bug.name} is noticed by no scenario (${row.affected} are affected)`];
	const strangers = witnesses
		.filter(({ plan }) => all.includes(plan.name))
		.filter(({ plan, recording }) => !isConcerned(bug.concerns, plan, recording));
	const isEngine = isBlinding || all.some((name) => noticed.get(name)?.engine);
	return [
		...strangers.map(({ plan }) => `${plan.name} notices ${bug.name}, but has no ${bug.concerns}`),
		...('required' in bug.violates && !isEngine ? [`no finding of ${bug.name} is put down to the engine`] : []),
	];
}

function superfluous(rows: Row[], witnesses: Witness[], scenarios: Scenario[]): string[] {
	const alone = onlyKiller(rows);
	const killed = new Map(
		witnesses.map(({ plan }) => [plan.name, rows.filter((row) => killers(row).includes(plan.name))]),
	);
	return witnesses.flatMap(({ plan: { name } }) => {
		const backsUp = scenarios.find((scenario) => scenario.name === name)?.backsUp ?? [];
		const bugsOf = new Set(killed.get(name)?.map(({ bug }) => bug.name));
		// Whoever backs another one up notices something that the other one notices too.
		const strangers = backsUp.filter((other) => !killed.get(other)?.some(({ bug }) => bugsOf.has(bug.name)));
		const idle =
			alone.has(name) || backsUp.length > 0
				? []
				: [`${name} is nobody’s only witness, and backs nobody up (metadata.backsUp)`];
		return [
			...idle,
			...strangers.map((other) => `${name} says that it backs up ${other}, but they notice no bug in common`),
		];
	});
}
