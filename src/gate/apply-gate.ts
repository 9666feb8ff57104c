import type { BaselineComparison, Gate, GateInput, Waiver, WaiverUse } from '../model/gate.ts';
import type { CellVerdict, RunVerdicts } from '../model/verdict.ts';
import { matchesCase } from './case-pattern.ts';
import { findEngine, holdsFor } from './waiver-engine.ts';

const failures: readonly string[] = ['leak', 'broken', 'inconclusive'];

export function isFailing({ verdict }: Pick<CellVerdict, 'verdict'>): boolean {
	return failures.includes(verdict);
}

/**
 * What waivers and a baseline make of a run. Pure: the day that decides what has expired is the one on which the run
 * began. The verdicts stay as they are; cells that are waived say so, and `gate` holds the exit code that is left.
 */
export function applyGate(run: RunVerdicts, input: GateInput): RunVerdicts {
	if (input.waivers.length === 0 && input.baseline === undefined) return run;
	const cells = run.scenarios.flatMap((scenario) => scenario.cells);
	const byCell = new Map<string, Waiver>();
	const uses = input.waivers.map((waiver) => useOf(waiver, run, cells, byCell));
	const scenarios = run.scenarios.map((scenario) => ({
		...scenario,
		cells: scenario.cells.map((cell) => annotate(cell, byCell.get(cell.id))),
	}));
	const gate: Gate = {
		exitCode: exitCodeOf(run, uses, byCell),
		waivers: uses,
		...(input.baseline !== undefined && { baseline: compare(input.baseline, cells) }),
	};
	return { ...run, gate, scenarios };
}

function annotate(cell: CellVerdict, waiver: Waiver | undefined): CellVerdict {
	if (waiver === undefined) return cell;
	const { reason, link, expires, position } = waiver;
	const more = { ...(link !== undefined && { link }), ...(expires !== undefined && { expires }) };
	return { ...cell, waiver: { reason, ...more, position } };
}

/** Decides what becomes of a waiver, and notes the cells that it waives. */
function useOf(waiver: Waiver, run: RunVerdicts, cells: CellVerdict[], byCell: Map<string, Waiver>): WaiverUse {
	const meant = cells.filter((cell) => matchesCase(waiver.case, cell.id) && cell.verdict !== 'skipped');
	const failing = meant.filter(isFailing);
	const use = (state: WaiverUse['state'], text: string, waived: string[] = []): WaiverUse => {
		return { ...waiver, state, text, waived };
	};
	if (meant.length === 0)
		return use('not-attempted', `the waiver of ${waiver.case} was not needed: nothing of it was attempted`);
	const today = run.startedAt.slice(0, 10);
	if (waiver.expires !== undefined && today > waiver.expires) {
		return use('expired', `the waiver of ${waiver.case} expired on ${waiver.expires} (${waiver.reason})`);
	}
	if (!holdsFor(waiver, run.cluster)) {
		const found = findEngine(waiver, run.cluster)?.text ?? 'not here';
		const wanted = [waiver.engine, waiver.versions].filter((word) => word !== undefined).join(' ');
		return use('other-engine', `the waiver of ${waiver.case} is for ${wanted}, which is ${found}: it waives nothing`);
	}
	if (failing.length === 0) {
		return use(
			'not-needed',
			`the waiver of ${waiver.case} is not needed: ${meant.length === 1 ? 'the case passes' : 'all its cases pass'}`,
		);
	}
	for (const cell of failing) if (!byCell.has(cell.id)) byCell.set(cell.id, waiver);
	const counted = failing.length === 1 ? '' : ` (${failing.length} cells)`;
	const until = waiver.expires === undefined ? '' : `, until ${waiver.expires}`;
	const link = waiver.link === undefined ? '' : `, ${waiver.link}`;
	const text = `${failing[0]?.verdict ?? ''} ${waiver.case}${counted}: ${waiver.reason}${until}${link}`;
	return use(
		'used',
		text,
		failing.map(({ id }) => id),
	);
}

/** The judge's rules, as docs/verdicts.md has them, without the cells that are waived. */
function exitCodeOf(run: RunVerdicts, uses: WaiverUse[], waived: ReadonlyMap<string, Waiver>): 0 | 1 | 2 {
	const left = run.scenarios.flatMap(({ cells }) => cells).filter(({ id }) => !waived.has(id));
	if (uses.some(({ state }) => state === 'expired')) return 1;
	if (left.some(({ verdict }) => verdict === 'leak' || verdict === 'broken')) return 1;
	const answerless = run.scenarios.some(
		({ verdict, counts }) => verdict === 'inconclusive' && counts.inconclusive === 0,
	);
	if (!run.complete || answerless || run.counts.enforced === 0) return 2;
	return left.some(({ verdict }) => verdict === 'inconclusive') ? 2 : 0;
}

function compare(baseline: NonNullable<GateInput['baseline']>, cells: CellVerdict[]): BaselineComparison {
	const failedThen = (id: string): boolean => isFailing({ verdict: baseline.cells[id] ?? 'enforced' });
	const failing = cells.filter(isFailing).map(({ id }) => id);
	return {
		run: baseline.run,
		new: failing.filter((id) => !failedThen(id)),
		known: failing.filter(failedThen),
		fixed: cells
			.filter((cell) => !isFailing(cell) && cell.verdict !== 'skipped' && failedThen(cell.id))
			.map(({ id }) => id),
	};
}
