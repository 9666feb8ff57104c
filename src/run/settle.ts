import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterTiming } from '../model/cluster.ts';
import type { Cell } from '../model/plan.ts';
import type { Agents } from './agents.ts';
import type { EpochWait } from './calibration.ts';
import { expectedState } from './expected-state.ts';
import type { KnownPaths } from './known-paths.ts';
import type { Recorder } from './recorder.ts';
import { sendCalibrated } from './send-calibrated.ts';
import { gotThrough, repliedBy, type Tries } from './tries.ts';

export interface SettleRequest {
	step: number;
	epoch: number;
	/** Cells of the attempts that follow. */
	cells: readonly Cell[];
	known: KnownPaths;
	wait: EpochWait;
	timing: ClusterTiming;
	/** Milliseconds until a cell that has not changed is left as it is: its tries will say so. */
	bound: number;
	hold: number;
	/** `Deployment.canary`, where the cluster has one: shows a change that flips none of the cells. */
	canary: ((bound: number, signal: AbortSignal) => Promise<number | undefined>) | undefined;
	signal: AbortSignal;
}

/** Between two looks at cells that are still as before. */
const pause = 25;

/**
 * Waits until a change shows in the traffic: tries every cell whose expected state differs from the last observed one
 * until it has changed, then holds still for a while. Tokens before the end of the hold measure latency only.
 */
export async function settle(tries: Tries, agents: Agents, recorder: Recorder, request: SettleRequest): Promise<void> {
	const { step, signal, hold } = request;
	const began = performance.now();
	let open = flips(request);
	const settled: { cell: string; after: number }[] = [];
	if (open.length === 0 && request.canary) return settleByCanary(recorder, request, request.canary);
	const method = open.length > 0 ? 'observed' : 'acknowledged';
	while (open.length > 0 && performance.now() - began <= request.bound) {
		const sent = performance.now();
		const requests = open.map((cell) => ({ cell, purpose: 'settle' as const, delay: 0 }));
		const made = await sendCalibrated(tries, agents, requests, request);
		const changed = new Set<Cell>();
		for (const attempt of made) {
			const closed = !gotThrough(attempt);
			request.known.note(attempt.cell.path, closed ? 'closed' : 'open');
			if (expectedState(attempt.cell) === 'open' ? repliedBy(attempt) !== undefined : closed) changed.add(attempt.cell);
		}
		for (const cell of changed) settled.push({ cell: cell.id, after: Math.round(sent - began) });
		open = open.filter((cell) => !changed.has(cell));
		if (made.length === 0) break;
		if (open.length > 0) await sleep(pause, undefined, { signal });
	}
	const unsettled = open.map((cell) => cell.id);
	await sleep(hold, undefined, { signal });
	recorder.append({ is: 'settled', step, method, cells: settled, unsettled, hold });
}

/**
 * Nothing that can be seen flips, and the cluster has only stored the change: a policy of the harness's own stands in
 * for it. When that one does not show within the bound either, nothing is known about any cell.
 */
async function settleByCanary(
	recorder: Recorder,
	{ step, cells, bound, hold, signal }: SettleRequest,
	canary: NonNullable<SettleRequest['canary']>,
): Promise<void> {
	const after = await canary(bound, signal);
	const ids = [...new Set(cells.map((cell) => cell.id))];
	const settled = after === undefined ? [] : ids.map((cell) => ({ cell, after }));
	await sleep(hold, undefined, { signal });
	recorder.append({
		...{ is: 'settled', step, method: 'canary', cells: settled, hold },
		unsettled: after === undefined ? ids : [],
	});
}

/** Cells whose last observed state, where there is one, is not the expected one. */
function flips(request: SettleRequest): Cell[] {
	const byPath = new Map<string, Cell>();
	for (const cell of request.cells) {
		if (cell.on !== undefined) continue;
		const expected = expectedState(cell);
		const known = request.known.get(cell.path);
		if (expected !== undefined && known !== undefined && known !== expected) byPath.set(cell.path, cell);
	}
	return [...byPath.values()];
}
