import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { summariseRun } from '../gate/summarise-run.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { PassedOver, RunSummary } from '../model/trend.ts';
import type { RunVerdicts } from '../model/verdict.ts';
import { describeCounts } from '../report/counts.ts';
import { readVerdicts } from './recorded-verdicts.ts';

/**
 * Every run in a folder: run folders, and verdicts files with or without a folder of their own, as pipelines keep them.
 * What is no answer of a whole run is passed over, and said. Rejects with GC_USAGE where there is no such folder.
 */
export async function readTrendRuns(folder: string): Promise<{ runs: RunSummary[]; passedOver: PassedOver[] }> {
	const runs: RunSummary[] = [];
	const passedOver: PassedOver[] = [];
	for (const place of candidates(folder)) {
		const read = await readRun(place).catch((error: unknown) => error);
		if (read instanceof Error) passedOver.push({ place, why: read.message });
		else if (typeof read === 'string') passedOver.push({ place, why: read });
		else {
			const { run } = read as RunSummary;
			const same = runs.find((other) => other.run === run);
			if (same) passedOver.push({ place, why: `the same run as ${same.place}` });
			else runs.push(read as RunSummary);
		}
	}
	const merged = new Map(runs.flatMap(({ shards, place }) => shards.map((shard) => [shard, place] as const)));
	for (const { run, place } of runs) {
		const whole = merged.get(run);
		if (whole !== undefined) passedOver.push({ place, why: `a shard of ${whole}` });
	}
	return { runs: runs.filter(({ run }) => !merged.has(run)), passedOver };
}

/** In the order of their names; `latest` and other links are other names of what is there anyway. */
function candidates(folder: string): string[] {
	let entries: Dirent[];
	try {
		entries = readdirSync(folder, { withFileTypes: true });
	} catch (cause) {
		throw new GatecrashError('GC_USAGE', `${folder} cannot be read as a folder of runs`, {
			cause,
			hint: 'name a folder with run folders or verdicts.json files in it; `gatecrash run --out DIR` makes one',
		});
	}
	return entries
		.filter(({ name }) => !name.startsWith('.'))
		.filter((entry) => entry.isDirectory() || (entry.isFile() && entry.name.endsWith('.json')))
		.map(({ name }) => join(folder, name))
		.sort();
}

/** A sentence where it is no answer of a whole run. */
async function readRun(place: string): Promise<RunSummary | string> {
	const verdicts = await verdictsOf(place);
	if (verdicts === undefined) return 'there is no run in it: neither verdicts.json nor plan.json';
	if (!verdicts.complete) return `the run was cut off (${describeCounts(verdicts.counts)})`;
	if (Number.isNaN(Date.parse(verdicts.startedAt))) return 'it does not say when it began';
	return summariseRun(verdicts, place);
}

/** From verdicts.json, which the run wrote at its end; without one, by judging again. */
async function verdictsOf(place: string): Promise<RunVerdicts | undefined> {
	if (place.endsWith('.json')) return readVerdicts(place, '.');
	const written = join(place, 'verdicts.json');
	// A longer file is no text any more: then it is judged again, in parts.
	if ((statSync(written, { throwIfNoEntry: false })?.size ?? longest) < longest) return readVerdicts(written, '.');
	return existsSync(join(place, 'plan.json')) ? readVerdicts(place, '.') : undefined;
}

const longest = 400 << 20;
