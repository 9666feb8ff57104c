import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { scanHistory } from '../history/scan-history.ts';
import type { EventOf } from '../model/event.ts';
import type { GateInput } from '../model/gate.ts';
import type { Plan } from '../model/plan.ts';
import { readGateFile } from './gate-file.ts';
import { readPlan } from './plan-file.ts';
import { findRun } from './run-folder.ts';

/** What `merge` has to know of a run before it takes it for a shard. */
export interface RecordedShard {
	folder: string;
	history: string;
	plan: Plan;
	gate: GateInput;
	/** Undefined where the history does not say: it was cut off before, or there is none. */
	began: EventOf<'run-began'> | undefined;
	cluster: EventOf<'cluster'> | undefined;
	ended: EventOf<'run-ended'> | undefined;
	/** Numbers of lines that are no events. */
	damaged: number[];
}

/** Reads the frame of a run, by its folder or its name below `out`. Rejects with GatecrashError when it is no run. */
export async function readShard(run: string, out: string): Promise<RecordedShard> {
	const folder = findRun(run, out);
	const history = join(folder, 'history.jsonl');
	const shard: RecordedShard = {
		...{ folder, history, plan: await readPlan(folder), gate: readGateFile(folder) },
		...{ began: undefined, cluster: undefined, ended: undefined, damaged: [] },
	};
	if (!existsSync(history)) return shard;
	const { damaged } = await scanHistory(history, (event) => {
		if (event.is === 'run-began') shard.began ??= event;
		else if (event.is === 'cluster') shard.cluster ??= event;
		else if (event.is === 'run-ended') shard.ended = event;
	});
	return { ...shard, damaged };
}
