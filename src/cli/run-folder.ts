import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readHistory } from '../history/read-history.ts';
import type { HistoryGaps } from '../history/scan-history.ts';
import type { HistoryEvent } from '../model/event.ts';
import type { GateInput } from '../model/gate.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Plan } from '../model/plan.ts';
import { readGateFile } from './gate-file.ts';
import { readPlan } from './plan-file.ts';
import { makeFolder } from './make-folder.ts';
import { replaceFile } from './replace-file.ts';

/** A folder that holds everything about one run: run.json, plan.json, history.jsonl, verdicts.json, reports, logs/. */
export interface RunFolder {
	/** Id of the run, which is the folder's name: sortable by time, and fit to be a part of Kubernetes names. */
	id: string;
	folder: string;
}

/** An id and a folder below `out` that no other run has; nothing is made yet. */
export function nameRun(out: string, now: Date): RunFolder {
	const time = now.toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '-');
	const id = `${time}-${randomBytes(3).toString('hex')}`;
	return { id, folder: join(out, id) };
}

/** Makes the folder of a named run, and points `latest` to it. Rejects with GC_RUN_FOLDER when it can't. */
export function createRunFolder(out: string, named: RunFolder): RunFolder {
	const { id, folder } = named;
	try {
		makeFolder(join(folder, 'logs'));
		pointLatest(out, id);
	} catch (cause) {
		throw new GatecrashError('GC_RUN_FOLDER', `the run folder ${folder} could not be made`, {
			cause,
			hint: 'choose a folder that you may write to with --out DIR',
		});
	}
	return named;
}

/** A link is made beside and renamed over the old one: two runs at once never leave `latest` missing. */
function pointLatest(out: string, id: string): void {
	const temporary = join(out, `.latest-${id}`);
	symlinkSync(id, temporary);
	try {
		renameSync(temporary, join(out, 'latest'));
	} catch (error) {
		unlinkSync(temporary);
		throw error;
	}
}

/** Writes a file of the run folder in one step, so that a reader never sees half of it. Throws GC_RUN_FOLDER. */
export function writeRunFile(folder: string, name: string, text: string): void {
	try {
		replaceFile(join(folder, name), text);
	} catch (cause) {
		throw new GatecrashError('GC_RUN_FOLDER', `${join(folder, name)} could not be written`, { cause });
	}
}

export interface RecordedRun extends RunFolder {
	plan: Plan;
	events: HistoryEvent[];
	/** What it was held against. */
	gate: GateInput;
	/** What is missing from the record, as sentences. */
	gaps: string[];
}

/** The folder of a run that is named by it, by its id below `out`, or `latest`. Throws GC_USAGE when there is none. */
export function findRun(run: string, out: string): string {
	const folder = existsSync(join(run, 'plan.json')) ? run : join(out, run);
	if (existsSync(join(folder, 'plan.json'))) return join(dirname(folder), basename(folder));
	const runs = existsSync(out) ? readdirSync(out).filter((name) => existsSync(join(out, name, 'plan.json'))) : [];
	const known = runs
		.filter((name) => name !== 'latest')
		.sort()
		.slice(-3)
		.reverse();
	throw new GatecrashError(
		'GC_USAGE',
		`there is no run "${run}": neither a folder with a plan.json nor a run below ${out}`,
		{
			hint:
				known.length > 0
					? `the latest runs are ${known.join(', ')}`
					: 'name a run folder, or where the run folders are with --out DIR',
		},
	);
}

/** Opens a run by its folder, its id below `out`, or `latest`. Rejects with GC_RUN_FOLDER when it is no run. */
export async function openRun(run: string, out: string): Promise<RecordedRun> {
	const folder = findRun(run, out);
	const plan = await readPlan(folder);
	const gate = readGateFile(folder);
	const id = basename(folder);
	const file = join(folder, 'history.jsonl');
	if (!existsSync(file)) return { id, folder, plan, gate, events: [], gaps: describeGaps(undefined, false) };
	const { events, ...gaps } = await readHistory(file).catch((cause: unknown) => {
		throw new GatecrashError('GC_RUN_FOLDER', `${file} cannot be read`, { cause });
	});
	const ended = events.at(-1)?.is === 'run-ended';
	return { id, folder, plan, gate, events, gaps: describeGaps(gaps, ended) };
}

/** What is missing from a history, as sentences; undefined: there is none. */
export function describeGaps(gaps: HistoryGaps | undefined, ended: boolean): string[] {
	if (gaps === undefined) return ['there is no history.jsonl: nothing was recorded'];
	const { truncated, damaged } = gaps;
	return [
		...(truncated ? ['the last line of history.jsonl was cut off: the run was killed while it wrote'] : []),
		...(damaged.length > 0 ? [`history.jsonl is damaged in line ${damaged.slice(0, 5).join(', ')}`] : []),
		...(ended ? [] : ['the history ends before the run does']),
	];
}
