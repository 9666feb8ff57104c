import type { Outcome } from '../model/outcome.ts';
import type { Seen, TryRecord } from './try-record.ts';

/** When tokens of a try count for its verdict, milliseconds of the run. */
export interface Window {
	opens: number;
	closes: number;
}

/**
 * Puts client and witness of one try together. A token at a target inside the window is never hidden by anything else
 * that is known about the try: whoever else saw it, whatever the client said.
 */
export function classifyTry(record: TryRecord, window: Window): Seen {
	const { event, result } = record;
	const inside = (at: number) => at >= window.opens && at <= window.closes;
	const isTarget = (uid: string) => event.targets.includes(uid) || event.through?.includes(uid) === true;
	const seen: Seen = {
		lands: undefined,
		by: undefined,
		landedAt: undefined,
		syn: record.syns.some((syn) => inside(syn.seenAt)),
		other: undefined,
		straddles: record.syns.some((syn) => !inside(syn.seenAt)),
		ran: result !== undefined && result.outcome.code !== 'not-run',
	};
	for (const witness of record.witnesses) {
		if (!isTarget(witness.uid)) seen.other = witness.agent;
		else if (!inside(witness.seenAt)) seen.straddles = true;
		else if (!seen.lands) {
			seen.lands = 'delivered';
			seen.by = witness.uid;
			seen.landedAt = witness.seenAt;
		}
	}
	if (result) addResult(seen, { event, result }, isTarget, inside);
	return seen;
}

function addResult(
	seen: Seen,
	{ event, result }: { event: TryRecord['event']; result: NonNullable<TryRecord['result']> },
	isTarget: (uid: string) => boolean,
	inside: (at: number) => boolean,
): void {
	const { code, greetedBy } = result.outcome;
	const by = hasExpected(event, result.outcome) ? event.targets[0] : result.outcome.by;
	if (greetedBy !== undefined && !isTarget(greetedBy)) seen.other = greetedBy;
	if (code === 'answered-by-other') seen.other = by ?? result.outcome.detail ?? 'a stranger';
	if (code !== 'replied' && !hasExpected(event, result.outcome)) return;
	if (by === undefined || !isTarget(by)) seen.other = by ?? 'a stranger';
	else if (!inside(result.startedAt) || !inside(result.endedAt)) seen.straddles = true;
	else {
		seen.lands = 'replied';
		seen.by = by;
		seen.landedAt ??= result.endedAt;
	}
}

/**
 * The cluster's own DNS makes no MAC: it is known by the address that the cluster has given out. Which of its pods it was
 * is not known.
 */
function hasExpected({ expects }: TryRecord['event'], { code, dns }: Outcome): boolean {
	return code === 'dns-answer' && expects !== undefined && dns?.addresses.includes(expects) === true;
}
