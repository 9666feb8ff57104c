/// <reference types="chai" preserve="true" />
import { readVerdicts } from '../cli/recorded-verdicts.ts';
import type { CellVerdict, RunVerdicts } from '../model/verdict.ts';
import { describePath } from '../report/describe-cell.ts';
import { explainCell } from './cell-failure.ts';
import { type TestRunOptions, planRun } from './test-run.ts';

export type { TestRunOptions } from './test-run.ts';

/** Cells of one run that a test asks about; `expect` takes it. Never empty. */
export class AttemptedPath {
	readonly description: string;
	readonly cells: readonly CellVerdict[];

	constructor(description: string, cells: readonly CellVerdict[]) {
		this.description = description;
		this.cells = cells;
	}
}

/** Which of several cells are meant, where a path has more than one. */
export interface PathFilter {
	scenario?: string;
	phase?: string;
	family?: 'ipv4' | 'ipv6';
	kind?: string;
}

/** A judged run. */
export class AttemptedRun {
	readonly verdicts: RunVerdicts;

	constructor(verdicts: RunVerdicts) {
		this.verdicts = verdicts;
	}

	/**
	 * The cells from one end to the other, in every IP family and phase: `run.path('stranger', 'database:5432')`; names as in
	 * scenario files, the protocol after the port where there are several. Throws when nothing of it was attempted.
	 */
	path(from: string, to: string, filter: PathFilter = {}): AttemptedPath {
		const cells = this.verdicts.scenarios
			.flatMap((scenario) => scenario.cells)
			.filter((cell) => cell.from === from && targetNames(cell).includes(to))
			.filter((cell) => Object.entries(filter).every(([key, value]) => cell[key as keyof PathFilter] === value));
		if (cells.length === 0) throw new Error(`gatecrash: nothing was attempted from ${from} to ${to}`);
		return new AttemptedPath(`${from} → ${to}`, cells);
	}

	/** One cell by its case id. */
	case(id: string): AttemptedPath {
		const cell = this.verdicts.scenarios.flatMap((scenario) => scenario.cells).find((one) => one.id === id);
		if (cell === undefined) throw new Error(`gatecrash: there is no case ${id} in this run`);
		return new AttemptedPath(id, [cell]);
	}
}

/** Attempts everything that scenario files declare, on a cluster that is gone when this resolves. */
export async function attempt(paths: string | string[], options: TestRunOptions = {}): Promise<AttemptedRun> {
	const planned = await planRun(typeof paths === 'string' ? [paths] : paths, options);
	return new AttemptedRun(await planned.execute(new AbortController().signal));
}

/** A run that was recorded: its folder, its id, `latest`, or a verdicts.json. */
export async function recorded(run: string, out = '.gatecrash/runs'): Promise<AttemptedRun> {
	return new AttemptedRun(await readVerdicts(run, out));
}

function targetNames({ to, port, protocol }: CellVerdict): string[] {
	const name = to.endsWith(`:${port}`) ? to.slice(0, -`:${port}`.length) : to;
	return [name, `${name}:${port}`, `${name}:${port}/${protocol}`];
}

interface Question {
	/** After "to be". */
	says: string;
	/** Shown by evidence, never by the want of it. */
	holds(cell: CellVerdict): boolean;
	/** The opposite, shown by evidence too: `not` asks for this, so that an inconclusive cell passes neither. */
	opposite(cell: CellVerdict): boolean;
}

const isOpen = ({ verdict, observed }: CellVerdict): boolean =>
	observed.state === 'open' && verdict !== 'inconclusive' && verdict !== 'skipped' && verdict !== 'broken';
const isBlocked = ({ verdict, observed }: CellVerdict): boolean =>
	verdict === 'enforced' && observed.state === 'closed';
const hasFailed = ({ verdict }: CellVerdict): boolean => verdict === 'leak' || verdict === 'broken';

const questions: Record<'blocked' | 'allowed' | 'enforced' | 'leaking', Question> = {
	blocked: { says: 'blocked', holds: isBlocked, opposite: isOpen },
	allowed: { says: 'allowed', holds: isOpen, opposite: isBlocked },
	enforced: { says: 'enforced as declared', holds: ({ verdict }) => verdict === 'enforced', opposite: hasFailed },
	leaking: { says: 'leaking', holds: ({ verdict }) => verdict === 'leak', opposite: isBlocked },
};

declare global {
	// oxlint-disable-next-line typescript/no-namespace -- how chai's types are extended
	namespace Chai {
		interface Assertion {
			/** Every cell was shown to be closed: with a living server, a client that sent, and open before and after. */
			blocked: Assertion;
			/** A token came through, in every cell. */
			allowed: Assertion;
			/** What the scenario declares was shown, in every cell. */
			enforced: Assertion;
			/** Declared blocked, and a token came through, in every cell. */
			leaking: Assertion;
		}
	}
}

/** The plugin: `use(gatecrash)`, then `expect(run.path('stranger', 'database:5432')).to.be.blocked`. */
export default function gatecrash(chai: Chai.ChaiStatic, utils: Chai.ChaiUtils): void {
	for (const [name, question] of Object.entries(questions)) {
		chai.Assertion.addProperty(name, function (this: Chai.AssertionStatic) {
			const subject: unknown = utils.flag(this, 'object');
			if (!(subject instanceof AttemptedPath)) {
				throw new chai.AssertionError(
					`${name} is for paths of a gatecrash run: expect(run.path(FROM, TO)).to.be.${name}`,
				);
			}
			const negated = utils.flag(this, 'negate') === true;
			const wrong = subject.cells.filter((cell) => !(negated ? question.opposite(cell) : question.holds(cell)));
			if (wrong.length === 0) return;
			const wanted = `${negated ? 'not ' : ''}${question.says}`;
			const head = `expected ${subject.description} to be ${wanted}`;
			const state = (cell: CellVerdict): string =>
				wrong.includes(cell) ? `${cell.verdict}, ${cell.observed.state}` : wanted;
			throw new chai.AssertionError([head, ...wrong.map(explainCell)].join('\n'), {
				expected: Object.fromEntries(subject.cells.map((cell) => [describePath(cell), wanted])),
				actual: Object.fromEntries(subject.cells.map((cell) => [describePath(cell), state(cell)])),
				showDiff: true,
			});
		});
	}
}
