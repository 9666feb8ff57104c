import type { Cell } from '../model/plan.ts';
import { classifyTry } from './classify-try.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import type { TryRecord } from './try-record.ts';

/**
 * Tries that a pod made while it was starting, judged by a window of their own: from when the policies of the epoch
 * were in force, which may be before the pod existed, to the end of the epoch. Earlier ones belong to no verdict.
 * They may leak, and count towards no number of tries.
 */
export function bootTries(history: ScenarioHistory, cell: Cell, declared: readonly TryRecord[]): TryRecord[] {
	const records = (history.triesByCell.get(cell.id) ?? []).filter((record) => record.event.purpose === 'boot');
	if (records.length === 0) return [];
	const epoch = history.epochs.get(declared[0]?.event.epoch ?? records[0]?.event.epoch ?? -1);
	if (!epoch) return [];
	const opens = inForceSince(history, epoch.began?.n ?? Number.POSITIVE_INFINITY);
	return records.flatMap((record) => {
		const seen = classifyTry(record, { opens, closes: epoch.closes });
		const startedAt = record.result?.startedAt;
		if (startedAt !== undefined && startedAt < opens) return [];
		// Without a result it is not known that it was sent under these policies.
		const known = startedAt !== undefined || seen.lands === undefined;
		return [{ ...record, seen: known ? seen : { ...seen, lands: undefined, straddles: true } }];
	});
}

/**
 * When the policies of an epoch had taken effect: at once where the cluster says so, else once settled. Creating pods is no change to them: it is what is being watched.
 */
function inForceSince(history: ScenarioHistory, line: number): number {
	const last = history.changes.findLast(
		(change) => change.n < line && change.action !== 'create' && change.action !== 'remove',
	);
	if (!last) return Number.NEGATIVE_INFINITY;
	if (last.acknowledgement === 'programmed') return last.acknowledgedAt;
	const settled = [...history.settled.values()].filter((event) => event.n > last.n && event.n < line);
	const first = settled.reduce<number | undefined>((at, event) => Math.min(at ?? event.at, event.at), undefined);
	return first ?? last.acknowledgedAt;
}

/** The pod was made to attempt from its first millisecond, and nothing of that is recorded. */
export function bootWasMissed(history: ScenarioHistory, cell: Cell): boolean {
	const { pods, initialPods } = history.plan.workload;
	if (cell.from.kind !== 'pod' || !pods[cell.from.name]?.attemptsAtStart) return false;
	if (initialPods.includes(cell.from.name)) return false;
	const uids = new Set(history.endpoints.filter(({ name }) => name === cell.from.name).map(({ uid }) => uid));
	return !history.tries.some(
		(record) => record.event.purpose === 'boot' && record.clientUid !== undefined && uids.has(record.clientUid),
	);
}
