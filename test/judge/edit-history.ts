import type { EventBody, EventOf, HistoryEvent } from '../../src/model/event.ts';
import type { CellVerdict, RunVerdicts } from '../../src/model/verdict.ts';

/** The builder's epochs: baseline, declared, reopen. */
export const declaredEpoch = 2;

export function isOf<Is extends EventBody['is']>(event: HistoryEvent, is: Is): event is EventOf<Is> {
	return event.is === is;
}

/** Drops events of one kind that fit; their line numbers stay missing, as in a damaged file. */
export function without<Is extends EventBody['is']>(
	events: readonly HistoryEvent[],
	is: Is,
	fits: (event: EventOf<Is>) => boolean = () => true,
): HistoryEvent[] {
	return events.filter((event) => !(isOf(event, is) && fits(event)));
}

/** Replaces events of one kind that fit. Throws when none does: the test would test nothing. */
export function changed<Is extends EventBody['is']>(
	events: readonly HistoryEvent[],
	is: Is,
	fits: (event: EventOf<Is>) => boolean,
	change: (event: EventOf<Is>) => HistoryEvent,
): HistoryEvent[] {
	if (!events.some((event) => isOf(event, is) && fits(event))) throw new Error(`no ${is} event fits`);
	return events.map((event) => (isOf(event, is) && fits(event) ? change(event) : event));
}

/** Puts an event in after the first one that fits, and numbers the lines again. */
export function insertedAfter(
	events: readonly HistoryEvent[],
	fits: (event: HistoryEvent) => boolean,
	body: EventBody,
): HistoryEvent[] {
	const index = events.findIndex(fits);
	const before = events[index];
	if (!before) throw new Error('no event fits');
	const inserted: HistoryEvent = { n: 0, at: before.at, ...body };
	return [...events.slice(0, index + 1), inserted, ...events.slice(index + 1)].map((event, line) => ({
		...event,
		n: line + 1,
	}));
}

export function cellOf(verdicts: RunVerdicts, index = 0): CellVerdict {
	const cell = verdicts.scenarios[0]?.cells[index];
	if (!cell) throw new Error(`there is no cell ${index}`);
	return cell;
}

export function codesOf(cell: { reasons: { code: string }[] }): string[] {
	return cell.reasons.map(({ code }) => code);
}
