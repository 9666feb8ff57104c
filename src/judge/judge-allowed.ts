import type { Cell } from '../model/plan.ts';
import type { Reason } from '../model/verdict.ts';
import type { CellContext } from './cell-context.ts';
import { type Control, held } from './control.ts';
import { failed } from './duties.ts';
import { isNotRun, type Judgement, judgement, problemsOfTries, reasonsOf } from './finding-out.ts';
import { forgeryLeak } from './judge-forgery.ts';
import { brokenQueries, wrongAnswers } from './judge-dns.ts';
import { identityFindings, judgeIdentity } from './judge-identity.ts';
import { type ReasonCode, reason } from './reasons.ts';
import type { TryRecord } from './try-record.ts';

/** Of all replies going past one backend of several by chance, this much is accepted before it counts as broken. */
const chance = 0.001;

/**
 * A path that must be open. A reply is its own proof; silence is `broken` only where the controls of a blocked path
 * hold too.
 */
export function judgeAllowed(context: CellContext, cell: Cell): Judgement {
	const tries = context.declared(cell);
	const ran = tries.filter((record) => !isNotRun(record));
	const controls = context.duties.of(cell, tries).map((control) => clientReaches(context, tries, control));
	const rest = { controls, deciding: [...tries] };
	const forged = forgeryLeak(cell, ran, controls);
	if (forged) return forged;
	const incomplete = problemsOfAllowed(cell, tries, ran, controls);
	if (incomplete.length > 0) return judgement('inconclusive', incomplete, rest);
	const replied = ran.filter((record) => record.seen.lands === 'replied');
	if (ran.at(-1)?.seen.lands === 'replied') {
		const wrong =
			judgeIdentity(cell, ran, controls) ??
			wrongAnswer(context, cell, replied, rest) ??
			everyBackend(context, cell, ran, replied);
		return wrong ?? { ...enforced(cell, ran, replied), ...rest };
	}
	const missing = reasonsOf(controls);
	const reasons = [...brokenQueries(cell, ran), silence(ran, replied)];
	const findings = neverOpen(context, cell) ? [reason('never-open')] : [];
	// A path that answered before is no broken path, and one that fell silent is no open one.
	return missing.length > 0 || replied.length > 0
		? judgement('inconclusive', [...reasons, ...missing], { ...rest, findings })
		: judgement('broken', reasons, { ...rest, findings });
}

/**
 * An engine that drops what a node sends before it leaves looks like a client that could not send. A client that got
 * through to another target in the same epoch was able to.
 */
function clientReaches(context: CellContext, tries: readonly TryRecord[], control: Control): Control {
	if (control.code !== 'client-silent') return control;
	const clients = new Set(tries.map((record) => record.clientUid));
	const epochs = new Set(tries.map((record) => record.event.epoch));
	const through = context.history.tries.find(
		({ clientUid, event, self, seen }) =>
			clients.has(clientUid) && epochs.has(event.epoch) && !self && seen.lands === 'replied',
	);
	return through ? held(control.control, `it got through on ${through.event.cell} in the same epoch`) : control;
}

function wrongAnswer(
	{ history }: CellContext,
	cell: Cell,
	replied: readonly TryRecord[],
	rest: Partial<Judgement>,
): Judgement | undefined {
	const reasons = wrongAnswers(history, cell, replied);
	return reasons.length === 0 ? undefined : judgement('broken', reasons, rest);
}

function enforced(cell: Cell, ran: readonly TryRecord[], replied: readonly TryRecord[]): Judgement {
	const lost = ran.length - replied.length;
	const findings = lost > 0 ? [reason('tries-failed', `${lost} of ${ran.length}`)] : [];
	findings.push(...identityFindings(cell, ran));
	const reasons = [reason('allowed-replied', `${replied.length} of ${ran.length} tries`)];
	if (cell.forgedIdentity !== undefined) reasons.push(reason('forgery-in-vain', cell.forgedIdentity));
	return judgement('enforced', reasons, { findings });
}

function problemsOfAllowed(
	cell: Cell,
	tries: readonly TryRecord[],
	ran: readonly TryRecord[],
	controls: readonly { code: ReasonCode | undefined; detail: string }[],
): Reason[] {
	if (tries.length === 0) return [reason('not-attempted')];
	const problems = problemsOfTries(ran);
	if (ran.length < cell.tries) {
		const idle = tries.find(isNotRun)?.result?.outcome.detail;
		if (ran.length < tries.length) problems.push(reason('not-run', idle));
		problems.push(reason('too-few-tries', `${ran.length} of ${cell.tries}`));
	}
	// Only with its end is it known that no change fell between the tries and their replies.
	const unfinished = controls.find(({ code }) => code === 'epoch-unfinished' || code === 'epoch-disturbed');
	if (unfinished?.code) problems.push(reason(unfinished.code, unfinished.detail));
	return problems;
}

function silence(ran: readonly TryRecord[], replied: readonly TryRecord[]): Reason {
	if (replied.length > 0) return reason('last-try-failed', `${replied.length} of ${ran.length} tries answered`);
	if (ran.every((record) => record.seen.lands === 'delivered')) return reason('reply-path', `${ran.length} tries`);
	const codes = [...new Set(ran.map(howItEnded))];
	return reason('no-reply', `${ran.length} tries: ${codes.join(', ')}`);
}

/** A Service's every backend has to answer; undefined when each did. */
function everyBackend(
	context: CellContext,
	cell: Cell,
	ran: readonly TryRecord[],
	replied: readonly TryRecord[],
): Judgement | undefined {
	if (cell.to.kind !== 'service' && cell.to.kind !== 'nodePort' && cell.to.kind !== 'loadBalancer') return undefined;
	const answered = new Set(replied.map((record) => record.seen.by));
	const first = ran[0];
	const targets = [...new Set(ran.flatMap((record) => record.event.targets))].sort();
	const silent = targets.filter((uid) => !answered.has(uid));
	if (!first || silent.length === 0) return undefined;
	const name = (uid: string) => context.history.endpointByUid.get(uid)?.name ?? uid;
	const names = silent.map(name).join(', ');
	// Which backend a silent try went to is unknown; when all were answered, only chance explains a silent backend.
	const byChance = replied.length === ran.length && (1 - 1 / targets.length) ** ran.length > chance;
	const controls = silent.flatMap((uid) => context.duties.ofTarget(cell, first, uid));
	const rest = { controls, deciding: [...ran] };
	if (byChance) return judgement('inconclusive', [reason('backend-by-chance', names)], rest);
	const missing = reasonsOf(failed(controls));
	const reasons = [reason('backend-unreached', names)];
	return missing.length > 0
		? judgement('inconclusive', [...reasons, ...missing], rest)
		: judgement('broken', reasons, rest);
}

function neverOpen({ history }: CellContext, cell: Cell): boolean {
	const before = (history.triesByCell.get(cell.id) ?? []).filter((record) => record.event.purpose === 'baseline');
	return before.length > 0 && before.every((record) => record.seen.lands !== 'replied');
}

/** With the status or the alert, which say who refused it. */
function howItEnded({ result }: TryRecord): string | undefined {
	const { code, detail, greetedBy } = result?.outcome ?? {};
	if (detail !== undefined && (code === 'http-status' || code === 'tls-alert')) return `${code} ${detail}`;
	return greetedBy === undefined ? code : `${code} after the greeting`;
}
