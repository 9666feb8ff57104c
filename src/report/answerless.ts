import type { Reason, RunVerdicts } from '../model/verdict.ts';

/** A scenario, or the run, that has no answer although no cell of it says so. */
export interface Answerless {
	name: string;
	scenario: string | undefined;
	/** The scenario's. */
	file: string | undefined;
	reasons: Reason[];
}

/**
 * Where nothing was attempted, everything was skipped, or the run was cut off, no cell need be inconclusive; readers of
 * machine formats take a report without failures for a pass. So these formats get an entry for each of them.
 */
export function answerless(run: RunVerdicts): Answerless[] {
	const scenarios = run.scenarios
		.filter(({ verdict, counts }) => verdict === 'inconclusive' && counts.inconclusive === 0)
		.map(({ scenario, file, reasons }): Answerless => {
			return { name: 'the scenario has an answer', scenario, file, reasons };
		});
	const said = scenarios.length > 0 || run.counts.inconclusive > 0;
	if (run.complete && (run.verdict !== 'inconclusive' || said)) return scenarios;
	const name = run.complete ? 'the run has an answer' : 'the run was completed';
	return [...scenarios, { name, scenario: undefined, file: undefined, reasons: run.reasons }];
}
