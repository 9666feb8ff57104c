import type { OutcomeCode } from '../model/outcome.ts';
import type { Cell } from '../model/plan.ts';
import { type Judgement, judgement } from './finding-out.ts';
import { reason } from './reasons.ts';
import type { TryRecord } from './try-record.ts';

/**
 * Whether a path that is shown to be closed is closed as `by` demands: by any one try. Kernels rate-limit ICMP errors
 * and resets, so that a demanded `refused` or `unreachable` which did not come is no finding by itself.
 */
export function judgeClosedBy(cell: Cell, tries: readonly TryRecord[], enforced: Judgement): Judgement {
	const { by } = cell;
	if (!by || by.length === 0) return enforced;
	const fitting = tries.filter((record) => record.result && by.includes(record.result.outcome.code));
	const codes = [...new Set(tries.map((record) => record.result?.outcome.code))];
	const detail = `${codes.join(', ')} instead of ${by.join(' or ')}`;
	if (fitting.length === tries.length) return enforced;
	if (fitting.length > 0) {
		return { ...enforced, findings: [...enforced.findings, reason('closed-differently', codes.join(', '))] };
	}
	const limited = by.some(isRateLimited) && codes.includes('timed-out');
	const { controls, proof, deciding } = enforced;
	return limited
		? judgement('inconclusive', [reason('icmp-limited', detail)], { controls, proof, deciding })
		: judgement('broken', [reason('closed-otherwise', detail)], { controls, proof, deciding });
}

function isRateLimited(code: OutcomeCode): boolean {
	return code === 'refused' || code === 'unreachable';
}
