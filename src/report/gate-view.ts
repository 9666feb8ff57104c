import type { CellVerdict, RunVerdicts, Verdict } from '../model/verdict.ts';
import { verdicts } from '../model/verdict.ts';
import { describeCounts, plural } from './counts.ts';

/** The exit code that the verdicts come to, with the waivers if there are any. */
export function exitCodeOf(run: RunVerdicts): 0 | 1 | 2 {
	return run.gate?.exitCode ?? run.exitCode;
}

/** The run in one word. With code 0 everything declared is enforced, or waived; other cells were only observed. */
export function verdictWord(run: RunVerdicts): Verdict | 'waived' | 'waiver expired' {
	const cells = run.scenarios.flatMap((scenario) => scenario.cells);
	const isWaived = cells.some((cell) => cell.waiver !== undefined);
	const code = exitCodeOf(run);
	if (code === 0) return isWaived ? 'waived' : 'enforced';
	const left = cells.filter((cell) => cell.waiver === undefined);
	const worst = isWaived ? verdicts.find((verdict) => left.some((cell) => cell.verdict === verdict)) : run.verdict;
	if (code === 1 && worst !== 'leak' && worst !== 'broken') return 'waiver expired';
	return code === 2 && isWaived ? 'inconclusive' : (worst ?? run.verdict);
}

/** `2 leaks, 6 enforced; 1 waived`. */
export function describeRunCounts(run: RunVerdicts): string {
	const cells = run.scenarios.flatMap((scenario) => scenario.cells);
	const waived = cells.filter((cell) => cell.waiver !== undefined).length;
	return `${describeCounts(run.counts)}${waived === 0 ? '' : `; ${waived} waived`}`;
}

/** What waivers and the baseline come to: pairs of a label and a sentence. */
export function gateFacts({ gate }: RunVerdicts): [string, string][] {
	if (gate === undefined) return [];
	const labels = { used: 'waived', expired: 'expired', 'not-needed': 'waiver', 'other-engine': 'waiver' } as const;
	const facts = gate.waivers.flatMap(({ state, text }): [string, string][] =>
		// Of a selection most waivers have nothing; verdicts.json lists them.
		state === 'not-attempted' ? [] : [[labels[state], text]],
	);
	const { baseline } = gate;
	if (baseline === undefined) return facts;
	const counts = `${baseline.new.length} new, ${baseline.known.length} known, ${baseline.fixed.length} fixed`;
	const fixed = baseline.fixed.slice(0, fixedShown);
	const more = baseline.fixed.length - fixed.length;
	const rest = more > 0 ? ` and ${plural(more, 'cell')} more` : '';
	return [
		...facts,
		['baseline', `failing cells, against ${baseline.run}: ${counts}`],
		...(fixed.length === 0 ? [] : ([['fixed', `${fixed.join(', ')}${rest}`]] as [string, string][])),
	];
}

const fixedShown = 10;

/** `new: none of these failed in RUN`; empty without a baseline. */
export function describeChange(cells: readonly CellVerdict[], { gate }: RunVerdicts): string {
	if (gate?.baseline === undefined) return '';
	const isNew = new Set(gate.baseline.new);
	const count = cells.filter((cell) => isNew.has(cell.id)).length;
	if (count === 0) return `known: ${cells.length === 1 ? 'it' : 'each'} failed in ${gate.baseline.run} too`;
	if (count === cells.length)
		return `new: ${count === 1 ? 'it' : 'none of these'} failed in ${gate.baseline.run}`.replace(
			'it failed',
			'it did not fail',
		);
	return `${count} new, ${cells.length - count} known from ${gate.baseline.run}`;
}

/** `waived until 2026-12-31: the fix is on its way (https://…)`; empty where nothing is waived. */
export function describeWaiver({ waiver }: CellVerdict): string {
	if (waiver === undefined) return '';
	const until = waiver.expires === undefined ? '' : ` until ${waiver.expires}`;
	return `waived${until}: ${waiver.reason}${waiver.link === undefined ? '' : ` (${waiver.link})`}`;
}
