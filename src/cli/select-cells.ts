import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Cell, Plan, ScenarioPlan, Step } from '../model/plan.ts';

export interface Selection {
	tag: string[];
	grep: string[];
	exclude: string[];
}

/** What `--tag`, `--grep` and `--exclude` leave of a plan. Throws GC_USAGE for a pattern that is no regular expression. */
export function selectCells(plan: Plan, selection: Selection): Plan {
	const ids = new Set(plan.scenarios.flatMap((scenario) => scenario.cells.map((cell) => cell.id)));
	const wanted = selection.grep.map((text) => matcher(text, ids));
	const unwanted = selection.exclude.map((text) => matcher(text, ids));
	const selects = (cell: Cell): boolean =>
		(wanted.length === 0 || wanted.some((matches) => matches(cell.id))) &&
		!unwanted.some((matches) => matches(cell.id));
	const scenarios = plan.scenarios
		.filter((scenario) => selection.tag.length === 0 || scenario.tags.some((tag) => selection.tag.includes(tag)))
		.map((scenario) => (wanted.length + unwanted.length === 0 ? scenario : narrow(scenario, selects)))
		.filter((scenario): scenario is ScenarioPlan => scenario !== undefined);
	return { ...plan, scenarios };
}

/** A whole id means that cell alone, so that a `repeat` command repeats one; `/TEXT/` is a regular expression, all else a part of the id. */
function matcher(text: string, ids: ReadonlySet<string>): (id: string) => boolean {
	if (ids.has(text)) return (id) => id === text;
	const expression = /^\/(.+)\/$/s.exec(text)?.[1];
	if (expression === undefined) return (id) => id.includes(text);
	try {
		const pattern = new RegExp(expression, 'u');
		return (id) => pattern.test(id);
	} catch (cause) {
		throw new GatecrashError('GC_USAGE', `"${text}" is not a regular expression`, { cause, hint: String(cause) });
	}
}

/**
 * A scenario with fewer cells, or undefined without any. What proves a selected cell comes along, attempted and judged
 * like the rest: the same path in other phases and, where no automatic baseline shows that the path is open, the
 * siblings that a proof by contrast needs.
 */
function narrow(scenario: ScenarioPlan, selects: (cell: Cell) => boolean): ScenarioPlan | undefined {
	const selected = scenario.cells.filter(selects);
	if (selected.length === 0) return undefined;
	const paths = new Set(selected.map((cell) => cell.path));
	const baseline = scenario.steps.flatMap((step) =>
		step.do === 'attempt' && step.purpose === 'baseline' ? step.cells : [],
	);
	// A bad certificate is refused before the policies too.
	const needsSibling = selected.filter(
		({ id, expectation }) => baseline.length === 0 || (expectation !== 'allowed' && !baseline.includes(id)),
	);
	const kept = scenario.cells.filter(
		(cell) => paths.has(cell.path) || selected.includes(cell) || needsSibling.some((one) => isSibling(cell, one)),
	);
	const ids = new Set(kept.map((cell) => cell.id));
	const steps = scenario.steps.map((step) => narrowStep(step, ids));
	return { ...scenario, cells: kept, steps: steps.filter((step) => step.do !== 'attempt' || step.cells.length > 0) };
}

function isSibling(cell: Cell, selected: Cell): boolean {
	if (cell.expectation !== 'allowed' || cell.phase !== selected.phase || cell.family !== selected.family) return false;
	const sameTarget =
		cell.to.kind === selected.to.kind && cell.to.name === selected.to.name && cell.port === selected.port;
	const sameClient = cell.from.kind === selected.from.kind && cell.from.name === selected.from.name;
	return sameClient || (sameTarget && cell.protocol === selected.protocol);
}

function narrowStep(step: Step, ids: ReadonlySet<string>): Step {
	if (step.do !== 'attempt' && step.do !== 'settle') return step;
	return { ...step, cells: step.cells.filter((id) => ids.has(id)) };
}
