import type { Cell } from '../model/plan.ts';
import type { Reason } from '../model/verdict.ts';
import type { Control } from './control.ts';
import { type Judgement, judgement, reasonsOf } from './finding-out.ts';
import { excerpt, forgedElement, forwardedTo } from './forwarded-identity.ts';
import { reason } from './reasons.ts';
import type { TryRecord } from './try-record.ts';

/** The identity that a client had written itself arrived where it may be taken for the client's; undefined where it didn't. */
export function forgeryLeak(
	cell: Cell,
	ran: readonly TryRecord[],
	controls: readonly Control[],
): Judgement | undefined {
	const landed = landedOf(ran);
	const forged = forgedAmong(cell, landed);
	return forged && judgement('leak', [forged], { controls: [...controls], deciding: landed });
}

/** That a forged identity is gone is known only from headers that can be read, and from a witness that is complete. */
export function forgeryDoubt(
	cell: Cell,
	ran: readonly TryRecord[],
	controls: readonly Control[],
): Judgement | undefined {
	if (cell.forgedIdentity === undefined) return undefined;
	const landed = landedOf(ran);
	const cut = landed.some((record) => forwardedTo(record).some((header) => header.endsWith('…')));
	const doubts = [...(cut ? [reason('identity-unreadable')] : []), ...reasonsOf(controls)];
	return doubts.length === 0
		? undefined
		: judgement('inconclusive', doubts, { controls: [...controls], deciding: landed });
}

/** What is noteworthy about a forged identity, whatever is expected. */
export function forgeryFindings(cell: Cell, landed: readonly TryRecord[]): Reason[] {
	if (cell.forgedIdentity === undefined) return [];
	const forged = forgedAmong(cell, landed);
	if (forged) return [forged];
	const before = landed.filter((record) =>
		forwardedTo(record).some((header) => forgedElement(header, record.event.token) === 'before the last'),
	);
	return before.length > 0 ? [reason('forged-before-last', `${before.length} of ${landed.length} tries`)] : [];
}

/** The forged identity arrived where it may be taken for the client's. Before the last element only the probe's own TLS may put it. */
function forgedAmong(cell: Cell, landed: readonly TryRecord[]): Reason | undefined {
	const harmless = cell.kind === 'tls' ? ['gone', 'before the last'] : ['gone'];
	const shown = landed.flatMap((record) =>
		forwardedTo(record).map((header) => ({ header, token: record.event.token })),
	);
	const found = shown.filter(({ header, token }) => !harmless.includes(forgedElement(header, token)));
	const [first] = found;
	if (cell.forgedIdentity === undefined || !first) return undefined;
	return reason('identity-forged', `${found.length} of ${shown.length} requests: ${excerpt(first.header)}`);
}

function landedOf(records: readonly TryRecord[]): TryRecord[] {
	return records.filter((record) => record.seen.lands !== undefined);
}
