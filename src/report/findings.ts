import { type CellVerdict, type RunVerdicts, verdicts } from '../model/verdict.ts';

/** Cells that failed in the same way for the same reasons: shown once, with all their ids. */
export interface FindingGroup {
	first: CellVerdict;
	cells: CellVerdict[];
}

const failures: readonly string[] = ['leak', 'broken', 'inconclusive'];

/** Leaks first, then broken, then inconclusive; within a verdict in the order of the plan. What is waived is left out. */
export function groupFindings(run: RunVerdicts): FindingGroup[] {
	return groupFailing(run, false);
}

/** What failed and is waived, in the same order. */
export function groupWaived(run: RunVerdicts): FindingGroup[] {
	return groupFailing(run, true);
}

function groupFailing(run: RunVerdicts, waived: boolean): FindingGroup[] {
	const cells = run.scenarios
		.flatMap((scenario) => scenario.cells)
		.filter((cell) => failures.includes(cell.verdict) && (cell.waiver !== undefined) === waived);
	return group(cells, likenessOf).sort(
		(one, other) => verdicts.indexOf(one.first.verdict) - verdicts.indexOf(other.first.verdict),
	);
}

/** What failing cells of one group have in common; of a group, reports show the first cell. */
export function likenessOf(cell: CellVerdict): string {
	return JSON.stringify([
		cell.scenario,
		cell.phase,
		cell.verdict,
		cell.diagnosis,
		cell.expectation,
		cell.prediction.verdict,
		cell.observed.state,
		Object.keys(cell.observed.outcomes).sort(),
		cell.reasons.map((reason) => reason.code),
		cell.waiver?.position,
	]);
}

/** The same of cells that are no failure but worth knowing about. */
export function noteLikenessOf({ scenario, findings }: CellVerdict): string {
	return JSON.stringify([scenario, findings.map(({ code }) => code)]);
}

/** What is worth knowing about cells that are no failure, for example "better protected than declared". */
export function groupNotes(run: RunVerdicts): FindingGroup[] {
	const cells = run.scenarios.flatMap((scenario) => scenario.cells).filter((cell) => cell.findings.length > 0);
	return group(cells, noteLikenessOf);
}

/** Why cells were skipped, each reason once. */
export function groupSkipped(run: RunVerdicts): FindingGroup[] {
	const cells = run.scenarios.flatMap((scenario) => scenario.cells).filter((cell) => cell.verdict === 'skipped');
	return group(cells, (cell) => JSON.stringify(cell.reasons.map((reason) => reason.text)));
}

function group(cells: CellVerdict[], likeness: (cell: CellVerdict) => string): FindingGroup[] {
	const groups = new Map<string, FindingGroup>();
	for (const cell of cells) {
		const key = likeness(cell);
		const known = groups.get(key);
		if (known) known.cells.push(cell);
		else groups.set(key, { first: cell, cells: [cell] });
	}
	return [...groups.values()];
}
