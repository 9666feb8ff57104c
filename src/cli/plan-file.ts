import { closeSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFully } from '../history/write-fully.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { type Plan, planSchemaVersion, type ScenarioPlan } from '../model/plan.ts';
import { replaceFile } from './replace-file.ts';

/** A plan with more is written with a cell on each line, and can be read one scenario at a time. */
export const manyCells = 100_000;
/** Bytes beyond which a file is no string any more: Node's longest has 512 MiB. */
const longestText = 400 << 20;

/** Of a run folder. `most`: of more cells each has a line. Throws GC_RUN_FOLDER. */
export function writePlan(folder: string, plan: Plan, most = manyCells): void {
	const file = join(folder, 'plan.json');
	try {
		if (countCells(plan) <= most) replaceFile(file, `${JSON.stringify(plan, null, 2)}\n`);
		else writeInLines(file, plan);
	} catch (cause) {
		throw new GatecrashError('GC_RUN_FOLDER', `${file} could not be written`, { cause });
	}
}

export function countCells({ scenarios }: Plan): number {
	return scenarios.reduce((sum, { cells }) => sum + cells.length, 0);
}

/** Characters that are gathered before they are written: texts of a whole scenario would fill the memory with what is done with. */
const batch = 1 << 20;

/** JSON as any other, in which each line is a cell, or begins or ends a scenario. */
function writeInLines(file: string, { scenarios, ...rest }: Plan): void {
	const temporary = `${file}.${process.pid}`;
	const descriptor = openSync(temporary, 'w');
	try {
		let text = `${JSON.stringify(rest).slice(0, -1)},"scenarios":[\n`;
		const write = (more: string) => {
			text += more;
			if (text.length < batch) return;
			writeFully(descriptor, text);
			text = '';
		};
		scenarios.forEach(({ cells, ...scenario }, place) => {
			write(`${JSON.stringify(scenario).slice(0, -1)},"cells":[\n`);
			cells.forEach((cell, index) => write(`${JSON.stringify(cell)}${index === cells.length - 1 ? '' : ','}\n`));
			write(place === scenarios.length - 1 ? ']}\n' : ']},\n');
		});
		writeFully(descriptor, `${text}]}\n`);
	} finally {
		closeSync(descriptor);
	}
	renameSync(temporary, file);
}

/** Of a run folder, as a whole. Rejects with GC_RUN_FOLDER. */
export async function readPlan(folder: string): Promise<Plan> {
	const file = join(folder, 'plan.json');
	if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > longestText) return readInLines(folder);
	let plan: Plan;
	try {
		plan = JSON.parse(await readFile(file, 'utf8')) as Plan;
	} catch (cause) {
		throw new GatecrashError('GC_RUN_FOLDER', `${file} cannot be read`, { cause });
	}
	if (plan.schemaVersion === planSchemaVersion && Array.isArray(plan.scenarios)) return plan;
	throw otherVersion(file, plan.schemaVersion);
}

function readInLines(folder: string): Plan {
	const plan = openPlan(folder);
	try {
		return { ...plan.rest, scenarios: plan.scenarios.map((_, place) => plan.read(place)) };
	} finally {
		plan.close();
	}
}

function otherVersion(file: string, found: unknown): GatecrashError {
	return new GatecrashError(
		'GC_RUN_FOLDER',
		`${file} has schemaVersion ${String(found)}, this gatecrash reads ${planSchemaVersion}`,
		{ hint: 'use the version of gatecrash that recorded it (run.json says which)' },
	);
}

/** A plan on disk, of which only what is asked for is in memory. */
export interface OpenPlan {
	rest: Omit<Plan, 'scenarios'>;
	/** Without what grows with their cells: steps name each of them several times. */
	scenarios: Omit<ScenarioPlan, 'cells' | 'steps'>[];
	cells: number;
	read(place: number): ScenarioPlan;
	close(): void;
}

/** Whether the plan of a run folder was written in lines; false where it can't be read, which reading it tells. */
export function isInLines(folder: string): boolean {
	let descriptor: number;
	try {
		descriptor = openSync(join(folder, 'plan.json'), 'r');
	} catch {
		return false;
	}
	const start = Buffer.alloc(2);
	readSync(descriptor, start, 0, 2, 0);
	closeSync(descriptor);
	// The other kind is indented.
	return start.toString() === '{"';
}

/** Opens a plan that was written in lines; whoever opens it closes it. @throws GatecrashError GC_RUN_FOLDER. */
export function openPlan(folder: string): OpenPlan {
	const file = join(folder, 'plan.json');
	const descriptor = openSync(file, 'r');
	try {
		const { first, spans, heads, cells } = indexLines(descriptor);
		const rest = JSON.parse(`${first.replace(/,"scenarios":\[$/, '')}}`) as Omit<Plan, 'scenarios'>;
		if (rest.schemaVersion !== planSchemaVersion) throw otherVersion(file, rest.schemaVersion);
		return {
			...{ rest, cells },
			scenarios: heads,
			read: (place) => JSON.parse(textOf(descriptor, spans[place])) as ScenarioPlan,
			close: () => closeSync(descriptor),
		};
	} catch (cause) {
		closeSync(descriptor);
		if (cause instanceof GatecrashError) throw cause;
		throw new GatecrashError('GC_RUN_FOLDER', `${file} cannot be read`, { cause });
	}
}

/** Bytes of a scenario's text. */
interface Span {
	from: number;
	to: number;
}

function textOf(descriptor: number, span: Span | undefined): string {
	if (!span) throw new Error('there is no such scenario');
	const bytes = Buffer.alloc(span.to - span.from);
	readSync(descriptor, bytes, 0, bytes.length, span.from);
	return bytes.toString('utf8');
}

/** Where each scenario stands, what it is apart from its cells, and how many cells there are. */
function indexLines(descriptor: number): { first: string; spans: Span[]; heads: OpenPlan['scenarios']; cells: number } {
	const found = { first: '', spans: [] as Span[], heads: [] as OpenPlan['scenarios'], cells: 0 };
	let inside = false;
	for (const { line, from } of linesOf(descriptor)) {
		if (from === 0) found.first = line.toString('utf8');
		else if (!inside && line[0] === brace) {
			inside = true;
			const { cells: _cells, steps: _steps, ...head } = JSON.parse(`${line.toString('utf8')}]}`) as ScenarioPlan;
			found.heads.push(head);
			found.spans.push({ from, to: from });
		} else if (inside && line[0] === bracket) {
			inside = false;
			const span = found.spans.at(-1);
			// Without the comma after it.
			if (span) span.to = from + 2;
		} else if (inside && line.length > 0) found.cells += 1;
	}
	return found;
}

const brace = '{'.charCodeAt(0);
const bracket = ']'.charCodeAt(0);
const newline = 10;

function* linesOf(descriptor: number): Generator<{ line: Buffer; from: number }> {
	const chunk = Buffer.alloc(4 << 20);
	let rest = Buffer.alloc(0);
	let from = 0;
	for (;;) {
		const length = readSync(descriptor, chunk);
		if (length === 0) return;
		const bytes = Buffer.concat([rest, chunk.subarray(0, length)]);
		let start = 0;
		for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
			yield { line: bytes.subarray(start, end), from: from + start };
			start = end + 1;
		}
		rest = Buffer.from(bytes.subarray(start));
		from += start;
	}
}
