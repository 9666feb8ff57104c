import type { OutcomeCode } from '../model/outcome.ts';
import type { StreamRecord } from './stream-history.ts';

/** One try of a stream, put together from what its client and the witnesses say. */
export interface StreamTry {
	/** When it was sent, at the earliest and at the latest; milliseconds of the run. */
	at: number;
	sentBy: number;
	endedAt: number;
	/** Undefined: nothing but the witness knows of it. */
	code: OutcomeCode | undefined;
	landed: 'replied' | 'delivered' | undefined;
	/** When its token was seen at a target, else when the reply had come; undefined: it did not land. */
	landedAt: number | undefined;
	/** Whoever else it came to. */
	other: string | undefined;
	/** Its token came to a probe that is no target. */
	strayed: boolean;
	ran: boolean;
	/** Line of the history. */
	n: number;
}

/** All tries of a path, in the order in which they were sent. `kept`: over one connection. A token at a target is hidden by nothing else. */
export function streamTries(streams: readonly StreamRecord[], kept = false): StreamTry[] {
	const targets = new Set(streams.flatMap(({ began }) => [...(began?.targets ?? []), ...(began?.through ?? [])]));
	const all = streams.flatMap((stream) => [...triesOf(stream, targets, kept).values()]);
	return all.sort((a, b) => a.at - b.at);
}

function triesOf(
	{ began, results, sightings }: StreamRecord,
	targets: ReadonlySet<string>,
	kept: boolean,
): Map<number, StreamTry> {
	const tries = new Map<number, StreamTry>();
	for (const { base, outcomes, tries: packed, n } of results) {
		for (const [index, sent, took, number, later = 0] of packed) {
			const { code, by, detail, dns } = outcomes[number] ?? {};
			const isTarget = by !== undefined && targets.has(by);
			// The cluster’s own DNS makes no MAC: it is known by the address that the cluster has given out.
			const known = began?.expects !== undefined && code === 'dns-answer' && dns?.addresses.includes(began.expects);
			const replied = (code === 'replied' && isTarget) || known === true;
			const strange = code === 'answered-by-other' || (code === 'replied' && !isTarget);
			tries.set(index, {
				...{ at: base + sent, sentBy: base + sent + later, endedAt: base + sent + took, code, n },
				landed: replied ? 'replied' : undefined,
				landedAt: replied ? base + sent + took : undefined,
				other: strange ? (by ?? detail ?? 'a stranger') : undefined,
				strayed: false,
				ran: code !== undefined && code !== 'not-run',
			});
		}
	}
	for (const { uid, agent, base, seen, n } of sightings) {
		for (const [index, after] of seen) {
			const at = base + after;
			const known: StreamTry = tries.get(index) ?? {
				...{
					at,
					sentBy: at,
					endedAt: at,
					code: undefined,
					landed: undefined,
					landedAt: undefined,
					other: undefined,
					strayed: false,
					ran: true,
					n,
				},
			};
			// Over a kept connection a token is sent again and again, and may arrive when it is not waited for any more.
			if (kept && at > known.endedAt) continue;
			if (targets.has(uid)) {
				known.landed ??= 'delivered';
				known.landedAt = Math.min(known.landedAt ?? at, at);
			} else {
				known.other ??= agent;
				known.strayed = true;
			}
			tries.set(index, known);
		}
	}
	return tries;
}
