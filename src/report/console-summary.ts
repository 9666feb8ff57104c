import type { RunVerdicts } from '../model/verdict.ts';
import { describeDuration, plural } from './counts.ts';
import { field, rule } from './console-findings.ts';
import { type Style, paint } from './paint.ts';
import { describeRunCounts, exitCodeOf, verdictWord } from './gate-view.ts';
import { summaryFacts } from './summary-facts.ts';

export interface SummaryOptions {
	colour: boolean;
	width: number;
	folder?: string;
	duration?: number;
}

const tones: Record<RunVerdicts['exitCode'], Style[]> = {
	0: ['bold', 'black', 'bgGreen'],
	1: ['bold', 'whiteBright', 'bgRed'],
	2: ['bold', 'black', 'bgYellow'],
};

/** The verdict, what it counts, how it was proved, and where it was found out. */
export function renderSummary(run: RunVerdicts, options: SummaryOptions): string[] {
	const cells = run.scenarios.reduce((sum, scenario) => sum + scenario.cells.length, 0);
	const line = (label: string, text: string): string[] => field(label, text, options, { margin: 2 });
	const took = options.duration === undefined ? '' : `, in ${describeDuration(options.duration)}`;
	const scope = `${plural(cells, 'cell')} in ${plural(run.scenarios.length, 'scenario')}${took}`;
	const verdict = paint(options.colour, ...tones[exitCodeOf(run)])(` ${verdictWord(run).toUpperCase()} `);
	return [
		rule('summary', options),
		'',
		`  ${verdict} ${describeRunCounts(run)}`,
		...(run.cluster?.warnings ?? []).flatMap((text) => line('warning', text)),
		...line('attempted', scope),
		...run.reasons.flatMap((reason) => line('why', reason.text)),
		...(run.complete ? [] : [...line('complete', 'no: the run was cut off; what is missing is inconclusive')]),
		...summaryFacts(run).flatMap(([label, text]) => line(label, text)),
		...(options.folder === undefined ? [] : line('run', options.folder)),
	];
}
