import type { Cell } from '../model/plan.ts';
import type { CellContext } from './cell-context.ts';
import { type Judgement, judgement, problemsOfTries, reasonsOf } from './finding-out.ts';
import { identityFindings } from './judge-identity.ts';
import { answeredByOthers } from './judge-dns.ts';
import { judgeBlocked } from './judge-blocked.ts';
import { observedState } from './observed.ts';
import { reason } from './reasons.ts';

/** No stance is taken: what was seen is reported, with what is missing to trust it. */
export function judgeObserved(context: CellContext, cell: Cell): Judgement {
	const tries = context.declared(cell);
	if (tries.length === 0) return judgement('inconclusive', [reason('not-attempted')]);
	const controls = context.duties.of(cell, tries);
	const state = observedState(cell, tries);
	const doubts = [...problemsOfTries(tries), ...answeredByOthers(cell, tries), ...reasonsOf(controls)];
	const rest = { controls, deciding: tries };
	if (state === 'unknown') return judgement('inconclusive', doubts, rest);
	const seen = reason(state === 'open' ? 'observed-open' : 'observed-closed');
	return judgement('observed', [seen, ...doubts], { ...rest, findings: identityFindings(cell, tries) });
}

/** A declared hole. When nothing arrives it is better protected than declared, which takes the proof of a block. */
export function judgeUnprotected(context: CellContext, cell: Cell): Judgement {
	const asBlocked = judgeBlocked(context, { ...cell, by: undefined });
	if (asBlocked.verdict === 'leak') {
		const { deciding } = asBlocked;
		const findings = cell.forgedIdentity === undefined ? asBlocked.findings : identityFindings(cell, deciding);
		return judgement('unprotected', [reason('open-as-declared', cell.reason)], { deciding, findings });
	}
	if (asBlocked.verdict !== 'enforced') return asBlocked;
	return { ...asBlocked, findings: [...asBlocked.findings, reason('better-protected')] };
}
