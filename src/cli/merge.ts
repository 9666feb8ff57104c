import { join } from 'node:path';
import { mergeHistories } from '../history/merge-histories.ts';
import { type EventBody, historySchemaVersion } from '../model/event.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { type Plan, planSchemaVersion } from '../model/plan.ts';
import type { Action } from './actions.ts';
import { checkShards } from './check-shards.ts';
import { concludeRecorded } from './conclude-recorded.ts';
import { gateFile } from './gate-file.ts';
import { writePlan } from './plan-file.ts';
import { type RecordedShard, readShard } from './read-shard.ts';
import { requestedReports } from './reporters.ts';
import { createRunFolder, nameRun, writeRunFile } from './run-folder.ts';
import { planDigest } from './shard.ts';

/** Makes one run folder of shards, and judges it as if it had been one run. Refuses what is not exactly one run, with all reasons. */
export const merge: Action<'merge'> = async (context, args, flags) => {
	requestedReports(flags.reporter, { json: flags.json, folder: '.' });
	const read = await Promise.all(args.map((run) => readShard(run, flags.out).catch((error: unknown) => error)));
	const shards = read.filter((one): one is RecordedShard => !(one instanceof Error));
	const unread = read.flatMap((one) => (one instanceof Error ? [one.message] : []));
	const problems = [...unread, ...checkShards(shards)];
	const plan = wholePlan(shards);
	if (problems.length === 0 && planDigest(plan) !== shards[0]?.plan.shard?.whole) {
		problems.push('together the shards do not make the plan that they were cut from: a plan.json was changed');
	}
	if (problems.length > 0) return refuse(problems, context.stderr);

	const ordered = shards.toSorted((one, other) => indexOf(one) - indexOf(other));
	const place = createRunFolder(flags.out, nameRun(flags.out, new Date()));
	writePlan(place.folder, plan);
	const gate = ordered[0]?.gate;
	if (gate && (gate.waivers.length > 0 || gate.baseline)) writeRunFile(place.folder, gateFile, toJson(gate));
	const { before, after } = frameOf(ordered, place.id);
	const histories = ordered.map(({ history }) => history);
	await mergeHistories(join(place.folder, 'history.jsonl'), histories, before, after).catch((cause: unknown) => {
		throw new GatecrashError('GC_RUN_FOLDER', `the history of ${place.folder} could not be written`, { cause });
	});
	const merged = ordered.map(({ folder, began }) => ({ run: began?.run, folder }));
	const record = { schemaVersion: 1, run: place.id, version: context.version, argv: context.argv, merged };
	writeRunFile(place.folder, 'run.json', toJson(record));
	return concludeRecorded(place.folder, flags, context);
};

function refuse(problems: readonly string[], stderr: (text: string) => void): 64 {
	for (const problem of problems) stderr(`error ${problem}\n`);
	stderr('  hint: name every shard of one run once, made with the same files, flags, cluster and version\n');
	return 64;
}

function indexOf({ plan }: RecordedShard): number {
	return plan.shard?.index ?? 0;
}

/** In the order in which one run would have had them. */
function wholePlan(shards: readonly RecordedShard[]): Plan {
	const names = shards[0]?.plan.shard?.scenarios ?? [];
	const byName = new Map(shards.flatMap(({ plan }) => plan.scenarios.map((scenario) => [scenario.name, scenario])));
	return { schemaVersion: planSchemaVersion, scenarios: names.flatMap((name) => byName.get(name) ?? []) };
}

/** What the merged history says of the run as a whole. It is only complete where every shard is. */
function frameOf(shards: readonly RecordedShard[], run: string): { before: EventBody[]; after: EventBody[] } {
	const startedAt = shards.flatMap(({ began }) => began?.startedAt ?? []).sort()[0] ?? '';
	const version = shards[0]?.began?.version ?? '';
	const parts = shards.flatMap((shard) => shard.began?.run ?? []);
	const began: EventBody = {
		...{ is: 'run-began', schemaVersion: historySchemaVersion, run, version, startedAt, shards: parts },
	};
	return { before: [began, ...clusterOf(shards)], after: [endOf(shards)] };
}

/** As the shards found it; what some of them warned of, all of it. None where it came up for nobody. */
function clusterOf(shards: readonly RecordedShard[]): EventBody[] {
	const [found] = shards.flatMap(({ cluster }) => cluster ?? []);
	if (!found) return [];
	const { phases: _phases, warnings: _warnings, ...facts } = found.facts;
	const warnings = [...new Set(shards.flatMap(({ cluster }) => cluster?.facts.warnings ?? []))];
	const { baseline } = found;
	return [{ is: 'cluster', facts: { ...facts, ...(warnings.length > 0 && { warnings }) }, baseline }];
}

function endOf(shards: readonly RecordedShard[]): EventBody {
	const unfinished = shards.filter(({ ended }) => ended?.outcome !== 'completed');
	if (unfinished.length === 0) return { is: 'run-ended', outcome: 'completed' };
	const texts = unfinished.map((shard) => {
		const { ended } = shard;
		const how =
			ended === undefined ? 'was cut off' : `${ended.outcome}${ended.error === undefined ? '' : `: ${ended.error}`}`;
		return `shard ${indexOf(shard)} ${how}`;
	});
	const failed = unfinished.some(({ ended }) => ended?.outcome === 'failed');
	return { is: 'run-ended', outcome: failed ? 'failed' : 'interrupted', error: texts.join('; ') };
}

function toJson(value: unknown): string {
	return `${JSON.stringify(value, null, 2)}\n`;
}
