import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Plan } from '../model/plan.ts';
import type { RunVerdicts } from '../model/verdict.ts';
import { boundGarbage } from './bound-garbage.ts';
import { readGateFile } from './gate-file.ts';
import { judgeInParts } from './judge-in-parts.ts';
import { isInLines, openPlan } from './plan-file.ts';
import { judgeRecorded } from './judge-recorded.ts';
import { describeGaps, findRun, openRun, type RunFolder } from './run-folder.ts';
import { openVerdictsFile } from './verdicts-file.ts';

/** A run as it was judged from its files. Whoever has it judged calls `close`. */
export interface JudgedRun extends RunFolder {
	verdicts: RunVerdicts;
	/** Of a run that was judged in parts: without cells and steps. */
	plan: Plan;
	/** Milliseconds that the run took. */
	duration: number | undefined;
	/** What is missing from the record, as sentences. */
	gaps: string[];
	/** What verdicts.json has to hold, where `verdicts` has less and it was asked for. */
	jsonFile?: string;
	close(): void;
}

/**
 * Judges a run by its folder, its id below `out`, or `latest`. A run with so many cells that they don't fit into memory is
 * judged one scenario at a time; its verdicts are slim then, and `jsonFile` holds all. `json`: verdicts.json is wanted; of a large run that
 * is a file of gigabytes.
 */
export async function judgeFolder(run: string, out: string, { json }: { json: boolean }): Promise<JudgedRun> {
	const folder = findRun(run, out);
	if (isInLines(folder)) return judgeParts(folder, json);
	const recorded = await openRun(run, out);
	const { id, plan, gaps, events } = recorded;
	return {
		...{ id, folder: recorded.folder, plan, gaps, verdicts: judgeRecorded(recorded) },
		duration: events.at(-1)?.at,
		close: () => {},
	};
}

async function judgeParts(folder: string, json: boolean): Promise<JudgedRun> {
	const place = json ? mkdtempSync(join(tmpdir(), 'gatecrash-judge-')) : undefined;
	const close = () => place !== undefined && rmSync(place, { recursive: true, force: true });
	boundGarbage();
	const gate = readGateFile(folder);
	const plan = openPlan(folder);
	const file = place === undefined ? undefined : openVerdictsFile(join(place, jsonName));
	try {
		const history = join(folder, 'history.jsonl');
		const { verdicts, duration, gaps } = await judgeInParts(plan, history, (one, at) => file?.add(one, at), gate);
		file?.finish(verdicts);
		const known = existsSync(history) ? describeGaps(gaps, gaps.ended) : describeGaps(undefined, false);
		const scenarios = plan.scenarios.map((scenario) => ({ ...scenario, cells: [], steps: [] }));
		return {
			...{ id: basename(folder), folder, verdicts, plan: { ...plan.rest, scenarios }, duration, gaps: known, close },
			...(place !== undefined && { jsonFile: join(place, jsonName) }),
		};
	} catch (error) {
		close();
		throw error;
	} finally {
		file?.discard();
		plan.close();
	}
}

const jsonName = 'verdicts.json';
