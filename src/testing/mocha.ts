import type { CellVerdict, RunVerdicts } from '../model/verdict.ts';
import { describeWaiver } from '../report/gate-view.ts';
import { CellFailure } from './cell-failure.ts';
import { type PlannedRun, type TestRunOptions, planRun } from './test-run.ts';

export type { TestRunOptions } from './test-run.ts';

/** What is used of mocha's `bdd` interface, which its command line puts into the global scope. */
interface Bdd {
	describe: (title: string, define: () => void) => unknown;
	before: (hook: (this: Hook) => Promise<void>) => unknown;
	it: (title: string, test: (this: Hook) => void) => unknown;
}

interface Hook {
	timeout(milliseconds: number): unknown;
	skip(): never;
}

/**
 * Makes mocha tests of scenario files: a suite for each scenario, a test for each cell. Every attempt is made before the
 * first test, all on one cluster, which is gone before that test begins. Call it while a test file is loaded:
 * `await scenarios(['scenarios'])`. Rejects when a file is wrong, with every mistake and its place.
 *
 * A test passes for a cell that is enforced, observed or unprotected as declared; is pending for one that is skipped or
 * waived; and fails otherwise, inconclusive included.
 */
export async function scenarios(paths: string | string[], options: TestRunOptions = {}): Promise<void> {
	const planned = await planRun(typeof paths === 'string' ? [paths] : paths, options);
	if (planned.plan.scenarios.length === 0)
		throw new Error('gatecrash: no cell is left by paths, tag, grep and exclude');
	const { describe, before, it } = bdd();
	describe('gatecrash', () => {
		let cells: ReadonlyMap<string, CellVerdict> = new Map();
		let verdicts: RunVerdicts | undefined;
		before(async function () {
			this.timeout(0);
			verdicts = await executeInterruptibly(planned);
			const all = verdicts.scenarios.flatMap((scenario) => scenario.cells);
			cells = new Map(all.map((cell) => [cell.id, cell]));
		});
		for (const scenario of planned.plan.scenarios) {
			describe(scenario.name, () => {
				for (const { id } of scenario.cells) {
					it(id.slice(scenario.name.length + 1), function () {
						const cell = cells.get(id);
						if (cell === undefined) throw new Error(`gatecrash: ${id} was not judged`);
						checkCell(cell, () => this.skip());
					});
				}
				// What no cell says: nothing attempted, or cut off.
				it('has an answer', () => {
					const judged = verdicts?.scenarios.find((one) => one.scenario === scenario.name);
					if (judged === undefined || (judged.verdict === 'inconclusive' && judged.counts.inconclusive === 0)) {
						throw new Error(judged?.reasons.map(({ text }) => text).join('; ') ?? 'it was not run');
					}
				});
			});
		}
		it('is a run that enforces something', () => {
			if (verdicts?.complete === true && verdicts.counts.enforced > 0) return;
			throw new Error(verdicts?.reasons.map(({ text }) => text).join('; ') || 'nothing was shown to be enforced');
		});
	});
}

function checkCell(cell: CellVerdict, skip: () => never): void {
	if (cell.waiver !== undefined) {
		process.stderr.write(`gatecrash: ${cell.verdict} ${cell.id}, ${describeWaiver(cell)}\n`);
		skip();
	}
	if (cell.verdict === 'skipped') skip();
	if (cell.verdict === 'leak' || cell.verdict === 'broken' || cell.verdict === 'inconclusive')
		throw new CellFailure(cell);
}

/** The first Ctrl-C undoes the run; mocha's own handler leaves at the second. */
async function executeInterruptibly(planned: PlannedRun): Promise<RunVerdicts> {
	const controller = new AbortController();
	const interrupt = (): void => controller.abort(new Error('interrupted'));
	process.once('SIGINT', interrupt);
	try {
		return await planned.execute(controller.signal);
	} finally {
		process.off('SIGINT', interrupt);
	}
}

function bdd(): Bdd {
	const { describe, before, it } = globalThis as Partial<Bdd>;
	if (describe && before && it) return { describe, before, it };
	throw new Error('gatecrash/mocha: call scenarios() in a test file that mocha loads, with its bdd interface');
}
