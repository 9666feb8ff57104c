import type { RunVerdicts, Verdict } from '../model/verdict.ts';
import { isFailing } from './apply-gate.ts';

export interface CellChange {
	id: string;
	/** Undefined: the cell was not there. */
	before: Verdict | undefined;
	after: Verdict | undefined;
}

/**
 * `new`: fails now and did not. `fixed`: failed and passes. `changed`: another verdict otherwise. `added` and `gone`: only
 * in one of the runs. Cells with the same verdict in both are left out.
 */
export interface RunDifference {
	old: string;
	new: string;
	changes: Record<ChangeKind, CellChange[]>;
	/** 1: a leak or broken path that was none before; 2: no such thing, but something newly inconclusive. */
	exitCode: 0 | 1 | 2;
}

export const changeKinds = ['new', 'fixed', 'changed', 'added', 'gone'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** Compares by case id. Pure. */
export function diffRuns(old: RunVerdicts, fresh: RunVerdicts): RunDifference {
	const before = verdictsOf(old);
	const after = verdictsOf(fresh);
	const changes: RunDifference['changes'] = { new: [], fixed: [], changed: [], added: [], gone: [] };
	for (const id of new Set([...before.keys(), ...after.keys()])) {
		const change = { id, before: before.get(id), after: after.get(id) };
		const kind = kindOf(change);
		if (kind !== undefined) changes[kind].push(change);
	}
	const worse = [...changes.new, ...changes.changed, ...changes.added].map((change) => change.after);
	const leaks = worse.some((verdict) => verdict === 'leak' || verdict === 'broken');
	return {
		old: old.run,
		new: fresh.run,
		changes,
		exitCode: leaks ? 1 : worse.includes('inconclusive') ? 2 : 0,
	};
}

/** Case ids and their verdicts: what a baseline is. */
export function verdictsOf(run: RunVerdicts): Map<string, Verdict> {
	return new Map(run.scenarios.flatMap(({ cells }) => cells.map(({ id, verdict }) => [id, verdict] as const)));
}

function kindOf({ before, after }: CellChange): ChangeKind | undefined {
	if (before === after) return undefined;
	if (before === undefined) return 'added';
	if (after === undefined) return 'gone';
	const failed = isFailing({ verdict: before });
	const fails = isFailing({ verdict: after });
	if (fails && !failed) return 'new';
	return failed && !fails && after !== 'skipped' ? 'fixed' : 'changed';
}
