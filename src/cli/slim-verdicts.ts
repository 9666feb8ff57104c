import type { CellVerdict, ScenarioVerdict } from '../model/verdict.ts';

const failing: readonly string[] = ['leak', 'broken', 'inconclusive'];
/** So many failing cells of a scenario keep everything; whoever sees more looks at the first ones. */
const keptWhole = 500;

/**
 * A scenario's verdicts with what reports count and list, in a fraction of the memory: cells that pass have no controls, no
 * evidence and no command. `verdicts.json` has it all.
 */
export function slimScenario(scenario: ScenarioVerdict): ScenarioVerdict {
	const share = sharing();
	let whole = 0;
	const cells = scenario.cells.map((cell) => {
		const isWhole = (failing.includes(cell.verdict) || cell.findings.length > 0) && whole < keptWhole;
		if (isWhole) whole += 1;
		return isWhole ? cell : slimCell(cell, share);
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
	const { from, to, observed, position, prediction } = cell;
	return {
		...cell,
		...{ from: share(from), to: share(to), position: share(position) },
		...{ controls: nothing, evidence: nothing, repeat: '' },
		// Round trips differ in every cell; all else is the same in most.
		observed: cell.expectation === 'blocked' ? share(observed) : observed,
		prediction: share({ verdict: prediction.verdict, because: nothing }),
		findings: cell.findings.length === 0 ? nothing : cell.findings,
		// A report groups what has the same reasons; of those that pass it shows none.
		...(failing.includes(cell.verdict) || cell.verdict === 'skipped' ? {} : { reasons: nothing }),
	};
}
