import type { CellVerdict, ScenarioVerdict } from '../model/verdict.ts';
import { likenessOf, noteLikenessOf } from '../report/findings.ts';

const failing: readonly string[] = ['leak', 'broken', 'inconclusive'];
/** So many failing cells of a scenario keep everything; whoever sees more looks at the first ones. */
const keptWhole = 500;

/**
 * A scenario's verdicts with what reports count and list, in a fraction of the memory. Whole are the first `most` cells
 * that failed or have findings, and the first of each group of them, since that one is shown. The others have no controls and
 * no evidence; those that pass have no command either. `verdicts.json` has it all.
 */
export function slimScenario(scenario: ScenarioVerdict, most = keptWhole): ScenarioVerdict {
	const share = sharing();
	const groups = new Set<string>();
	let whole = 0;
	const cells = scenario.cells.map((cell) => {
		const likenesses = [
			...(failing.includes(cell.verdict) ? [likenessOf(cell)] : []),
			...(cell.findings.length > 0 ? [noteLikenessOf(cell)] : []),
		];
		const isFirst = likenesses.some((likeness) => !groups.has(likeness));
		for (const likeness of likenesses) groups.add(likeness);
		if (!isFirst && (likenesses.length === 0 || whole >= most)) return slimCell(cell, share);
		whole += 1;
		return cell;
	});
	return { ...scenario, cells };
}

/** Gives the same value for values that are equal, so that a million cells hold a few of them. */
function sharing(): <Value>(value: Value) => Value {
	const known = new Map<string, unknown>();
	return <Value>(value: Value): Value => {
		const key = JSON.stringify(value);
		if (!known.has(key)) known.set(key, value);
		return known.get(key) as Value;
	};
}

const nothing: never[] = [];

function slimCell(cell: CellVerdict, share: <Value>(value: Value) => Value): CellVerdict {
	const { from, to, observed, position, prediction, reasons, findings } = cell;
	const failed = failing.includes(cell.verdict);
	const isTold = failed || findings.length > 0;
	return {
		...cell,
		...{ from: share(from), to: share(to), position: share(position) },
		...{ controls: nothing, evidence: nothing, repeat: failed ? cell.repeat : '' },
		// Round trips differ in every cell; all else is the same in most.
		observed: observed.roundTrip === undefined ? share(observed) : { ...observed, outcomes: share(observed.outcomes) },
		// Why it is predicted is said of what is told alone.
		prediction: share(isTold ? prediction : { ...prediction, because: nothing }),
		findings: share(findings),
		// A report groups what has the same reasons; of those that pass it shows none.
		reasons: failed || cell.verdict === 'skipped' ? share(reasons) : nothing,
	};
}
