import type { Prediction } from '../model/plan.ts';
import type { Diagnosis, Reason, Verdict } from '../model/verdict.ts';
import { reason } from './reasons.ts';

/**
 * Declared x predicted x observed: names the side that differs. `declared` is what the cell was judged as; verdicts
 * other than leak, broken and enforced say nothing firm about what is observed, so nothing is diagnosed.
 */
export function diagnose(
	declared: 'allowed' | 'blocked',
	predicted: Prediction['verdict'],
	verdict: Verdict,
): { diagnosis: Diagnosis | undefined; finding: Reason | undefined } {
	if (predicted !== 'allowed' && predicted !== 'blocked') return { diagnosis: undefined, finding: undefined };
	const agree = declared === predicted;
	if (verdict === 'leak' || verdict === 'broken') {
		return { diagnosis: agree ? 'engine' : 'policy', finding: undefined };
	}
	if (verdict === 'enforced' && !agree) return { diagnosis: 'engine', finding: reason('engine-differs') };
	return { diagnosis: undefined, finding: undefined };
}
