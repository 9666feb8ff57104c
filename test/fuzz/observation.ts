import { repliedBy, gotThrough, type Try } from '../../src/run/tries.ts';
import type { SilentRecorder } from './silent-recorder.ts';

/**
 * What the kernel's sockets showed of a path. `delivered`: the target saw the token or the SYN, and no reply came back.
 * `unclear`: the try didn't happen, its witness could not be heard, or something else answered; no side of any
 * comparison.
 */
export type Observation = 'replied' | 'delivered' | 'shut' | 'unclear';

/** Of all tries on one path under one policy set; `heard`: witnesses that have told everything they saw. */
export function observationOf(
	tries: readonly Try[],
	heard: ReadonlySet<string>,
	recorder: SilentRecorder,
): Observation {
	if (tries.some((attempt) => repliedBy(attempt) !== undefined)) return 'replied';
	if (tries.some(gotThrough)) return 'delivered';
	if (tries.some(({ cell, record }) => cell.protocol === 'tcp' && record && recorder.sawSyn(record.source)))
		return 'delivered';
	if (tries.length === 0 || !tries.every((attempt) => isShut(attempt, heard))) return 'unclear';
	return 'shut';
}

function isShut({ record, targets }: Try, heard: ReadonlySet<string>): boolean {
	const silent = ['timed-out', 'refused', 'unreachable', 'reset', 'closed'];
	return record !== undefined && silent.includes(record.outcome.code) && targets.every((uid) => heard.has(uid));
}
