import type { Cell } from '../model/plan.ts';
import type { Reason } from '../model/verdict.ts';
import type { Control } from './control.ts';
import { type Judgement, judgement, reasonsOf } from './finding-out.ts';
import { excerpt, forgedElement, forwardedTo, lastForwarded } from './forwarded-identity.ts';
import { forgeryDoubt, forgeryFindings } from './judge-forgery.ts';
import { type ReasonCode, reason } from './reasons.ts';
import type { TryRecord } from './try-record.ts';

/** The token of a plaintext attempt arrived with an identity: something on the way made mutual TLS of it. */
export function isWrapped(cell: Cell, record: TryRecord): boolean {
	const { token } = record.event;
	// That declared proxies open TLS is what is attempted.
	if (cell.lands) return false;
	return cell.kind === 'plaintext' && forwardedTo(record).some((header) => forgedElement(header, token) !== 'last');
}

/** Whether the server saw the identity that an allowed path must have, and nothing that hides another; undefined where that is shown. */
export function judgeIdentity(
	cell: Cell,
	ran: readonly TryRecord[],
	controls: readonly Control[],
): Judgement | undefined {
	return judgeDemanded(cell, ran, controls) ?? forgeryDoubt(cell, ran, controls);
}

function judgeDemanded(cell: Cell, ran: readonly TryRecord[], controls: readonly Control[]): Judgement | undefined {
	const { identity } = cell;
	if (identity === undefined) return undefined;
	const landed = ran.filter((record) => record.seen.lands !== undefined);
	const shown = landed.flatMap((record) => {
		const headers: (string | undefined)[] = forwardedTo(record);
		return (headers.length > 0 ? headers : [undefined]).map((header) => ({ record, header }));
	});
	const among = (code: ReasonCode, fits: (one: (typeof shown)[number]) => boolean): Reason[] => {
		const found = shown.filter(fits);
		const [first] = found;
		if (!first) return [];
		const there = first.header === undefined ? '' : `: ${excerpt(first.header)}`;
		return [reason(code, `${found.length} of ${shown.length} requests${there}; ${identity} is demanded`)];
	};
	const rest = { controls: [...controls], deciding: [...landed] };
	const differs = among('identity-differs', ({ header }) => {
		const element = header === undefined ? undefined : lastForwarded(header);
		return element !== undefined && (element.uris.length !== 1 || element.uris[0] !== identity);
	});
	if (differs.length > 0) return judgement('broken', differs, rest);
	const unreadable = among(
		'identity-unreadable',
		({ header }) => header !== undefined && lastForwarded(header) === undefined,
	);
	if (unreadable.length > 0) return judgement('inconclusive', unreadable, rest);
	// Without a reply the request may have ended before its header.
	const missing = among(
		'identity-missing',
		({ record, header }) => header === undefined && record.seen.lands === 'replied',
	);
	if (missing.length === 0) return undefined;
	// That there was no header is known only from a witness that is complete.
	const doubts = reasonsOf(controls);
	return judgement(doubts.length > 0 ? 'inconclusive' : 'broken', [...missing, ...doubts], rest);
}

/** What is noteworthy about the identities on a path that nothing is demanded of. */
export function identityFindings(cell: Cell, tries: readonly TryRecord[]): Reason[] {
	const landed = tries.filter((record) => record.seen.lands !== undefined);
	return [...forgeryFindings(cell, landed), ...wrappingFindings(cell, landed)];
}

function wrappingFindings(cell: Cell, landed: readonly TryRecord[]): Reason[] {
	const wrapped = landed.filter((record) => isWrapped(cell, record));
	const [first] = wrapped;
	if (first) {
		const header = excerpt(forwardedTo(first).join(' and '));
		return [reason('plaintext-wrapped', `${wrapped.length} of ${landed.length} tries: ${header}`)];
	}
	const silent = landed.filter((record) => record.seen.lands === 'replied' && forwardedTo(record).length === 0);
	if (cell.kind !== 'mtls' || cell.speaks !== 'http' || silent.length === 0 || cell.identity !== undefined) return [];
	return [reason('identity-not-forwarded', `${silent.length} of ${landed.length} tries`)];
}
