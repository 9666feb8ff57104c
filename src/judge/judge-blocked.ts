import type { Cell } from '../model/plan.ts';
import type { Reason } from '../model/verdict.ts';
import { bootTries, bootWasMissed } from './boot-tries.ts';
import type { CellContext } from './cell-context.ts';
import { type Judgement, judgement, problemsOfTries, reasonsOf, tooFew } from './finding-out.ts';
import { answeredByOthers, recursionFindings, relayReasons } from './judge-dns.ts';
import { identityFindings, isWrapped } from './judge-identity.ts';
import { reason } from './reasons.ts';
import { settleControl } from './settle-control.ts';
import { settleLeak } from './settle-leak.ts';
import type { TryRecord } from './try-record.ts';
import { judgeClosedBy } from './closed-by.ts';

/**
 * A path that must be closed. Any token at a target is a leak; anything short of a complete proof is inconclusive.
 */
export function judgeBlocked(context: CellContext, cell: Cell): Judgement {
	const tries = context.declared(cell);
	const boot = bootTries(context.history, cell, tries);
	const leak = findLeak(context, cell, tries, boot) ?? settleLeak(context.history, cell, tries);
	if (leak) return leak;
	const controls = [...context.duties.of(cell, tries), ...(cell.tls ? context.duties.ofStrays(tries) : [])];
	for (const number of new Set(tries.map((record) => record.event.epoch))) {
		const epoch = context.history.epochs.get(number);
		const settle = epoch && settleControl(context.history, epoch, cell);
		if (settle) controls.push(settle);
	}
	const proven = context.proofs.of(cell, tries);
	const reasons = [
		...problemsOfBlocked(context, cell, tries, boot),
		...reasonsOf(controls),
		...proven.missing.map((code) => reason(code)),
	];
	const deciding = [...proven.by, ...tries];
	if (reasons.length > 0) return judgement('inconclusive', reasons, { controls, proof: proven.proof, deciding });
	const enforced = judgement('enforced', [reason(proven.shown)], { controls, proof: proven.proof, deciding });
	return judgeClosedBy(cell, tries, enforced);
}

function findLeak(
	{ history }: CellContext,
	cell: Cell,
	tries: readonly TryRecord[],
	boot: readonly TryRecord[],
): Judgement | undefined {
	const landed = (records: readonly TryRecord[]) =>
		records.filter((record) => record.seen.lands !== undefined && !isWrapped(cell, record));
	const replied = landed(tries).filter((record) => record.seen.lands === 'replied');
	const delivered = landed(tries).filter((record) => record.seen.lands === 'delivered');
	const early = landed(boot);
	const reasons: Reason[] = [];
	if (replied.length > 0) reasons.push(reason('leak-replied', ofTries(replied, tries)));
	if (delivered.length > 0) reasons.push(reason('leak-delivered', ofTries(delivered, tries)));
	if (early.length > 0) reasons.push(reason('leak-boot', `${early.length} of ${boot.length} early tries`));
	reasons.push(...relayReasons(history, cell, [...replied, ...delivered]));
	const findings = recursionFindings(cell);
	if (reasons.length > 0)
		return judgement('leak', reasons, { deciding: [...replied, ...delivered, ...early], findings });
	const syns = [...tries, ...boot].filter(hasOwnSyn);
	// In front of a proxy a connection may always be opened; what counts is what gets to the application.
	if (!isDirect(cell) || syns.length < 2) return undefined;
	return judgement('leak', [reason('leak-syn', ofTries(syns, [...tries, ...boot]))], { deciding: syns });
}

/** With a 5-tuple that two tries share, a SYN belongs to neither for sure. */
function hasOwnSyn(record: TryRecord): boolean {
	return record.seen.syn && !record.reused;
}

function ofTries(some: readonly TryRecord[], all: readonly TryRecord[]): string {
	return `${some.length} of ${all.length} tries`;
}

function problemsOfBlocked(
	context: CellContext,
	cell: Cell,
	tries: readonly TryRecord[],
	boot: readonly TryRecord[],
): Reason[] {
	const few = tooFew(cell, tries);
	const problems = few ? [few] : [];
	if (tries.length > cell.tries) problems.push(reason('too-many-tries', `${tries.length} of ${cell.tries}`));
	problems.push(...problemsOfTries(tries));
	const all = [...tries, ...boot];
	const early = boot.filter((record) => record.seen.straddles);
	if (early.length > 0) problems.push(reason('straddles-change', `${early.length} of ${boot.length} early tries`));
	const reused = all.filter((record) => record.reused);
	if (reused.length > 0) problems.push(reason('tuple-reused', ofTries(reused, all)));
	const syns = all.filter(hasOwnSyn);
	if (syns.length > 0) problems.push(reason(isDirect(cell) ? 'syn-once' : 'syn-only', ofTries(syns, all)));
	problems.push(...identityFindings(cell, all).filter(({ code }) => code === 'plaintext-wrapped'));
	problems.push(...answeredByOthers(cell, all));
	const greeted = all.filter((record) => record.result?.outcome.greetedBy !== undefined);
	if (greeted.length > 0) problems.push(reason('greeting-received', ofTries(greeted, all)));
	const strange = all.filter((record) => record.unexplainedSyn);
	if (strange.length > 0) problems.push(reason('unexplained-syn', ofTries(strange, all)));
	const accepted = cell.by ? [] : tries.filter((record) => isAccepted(cell, record));
	const [first] = accepted;
	if (first) problems.push(reason('accepted-connection', `${ofTries(accepted, tries)}: ${first.result?.outcome.code}`));
	if (bootWasMissed(context.history, cell)) problems.push(reason('boot-missing', cell.from.name));
	return problems;
}

/** Nothing of a mesh stands between: whoever completes the handshake is the target, or stands in its place. */
function isDirect({ kind }: Cell): boolean {
	return kind === 'connect' || kind === 'dns';
}

/** Outcomes that need a peer which completed the handshake. */
function isAccepted(cell: Cell, { result, event }: TryRecord): boolean {
	const code = result?.outcome.code;
	// Losing a connection that was open before is how a held one is closed.
	if (!isDirect(cell) || cell.protocol !== 'tcp' || event.on !== undefined) return false;
	return code === 'reset' || code === 'closed' || code === 'http-status' || code === 'tls-alert';
}
