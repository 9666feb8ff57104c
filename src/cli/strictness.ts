import type { RunVerdicts } from '../model/verdict.ts';
import { plural } from '../report/counts.ts';
import { exitCodeOf } from '../report/gate-view.ts';

export interface Strictness {
	strict: boolean;
	maxSkipped: number | undefined;
}

/** The exit code of the verdicts, waivers applied, made stricter by flags; `why` says what changed it. Never milder. */
export function judgedExitCode(
	run: RunVerdicts,
	{ strict, maxSkipped }: Strictness,
): { code: 0 | 1 | 2; why: string[] } {
	const why: string[] = [];
	let code = exitCodeOf(run);
	if (maxSkipped !== undefined && run.counts.skipped > maxSkipped) {
		why.push(`${run.counts.skipped} cells were skipped, --max-skipped allows ${maxSkipped}`);
		if (code === 0) code = 2;
	}
	if (!strict || code === 1) return { code, why };
	if (code === 2) why.push('--strict: inconclusive counts as failure');
	const cells = run.scenarios.flatMap((scenario) => scenario.cells).filter((cell) => cell.verdict === 'enforced');
	const unproved = cells.filter((cell) => cell.observed.state === 'closed' && cell.proof !== 'bracketed').length;
	if (unproved > 0)
		why.push(`--strict: ${unproved} blocked cells are not bracketed by the same path being open before and after`);
	const differing = cells.filter((cell) => cell.findings.some((finding) => finding.code === 'engine-differs')).length;
	if (differing > 0) why.push(`--strict: in ${differing} cells the engine differs from the policies’ text`);
	const unneeded = (run.gate?.waivers ?? []).filter(({ state }) => state === 'not-needed').length;
	if (unneeded > 0)
		why.push(`--strict: ${plural(unneeded, 'waiver')} ${unneeded === 1 ? 'is' : 'are'} not needed any more`);
	return { code: code === 2 || unproved + differing + unneeded > 0 ? 1 : 0, why };
}
