import type { RunVerdicts } from '../../model/verdict.ts';
import { describeDuration, plural } from '../counts.ts';
import { describeRunCounts, verdictWord } from '../gate-view.ts';
import { summaryFacts } from '../summary-facts.ts';
import { type Html, html } from './markup.ts';

export interface SummaryOptions {
	folder?: string;
	/** Milliseconds that the run took. */
	duration?: number;
}

/** Words of the gate, in the colours of a verdict. */
const badges: Record<string, string> = { waived: 'unprotected', 'waiver expired': 'leak' };

/** The head of the page: verdict, warnings, reasons, and where and how it was found out. */
export function renderSummary(run: RunVerdicts, { folder, duration }: SummaryOptions): Html {
	const cells = run.scenarios.reduce((sum, scenario) => sum + scenario.cells.length, 0);
	const took = duration === undefined ? '' : `, in ${describeDuration(duration)}`;
	const word = verdictWord(run);
	const facts: [string, string][] = [
		['attempted', `${plural(cells, 'cell')} in ${plural(run.scenarios.length, 'scenario')}${took}`],
		...summaryFacts(run),
		...(allUnknown(run) ? [['predicted', sayNoPrediction]] : ([] as [string, string][])),
		...(folder === undefined ? [] : [['folder', folder]]),
	] as [string, string][];
	return html`<header class="top">
<p class="origin"><strong>gatecrash</strong> ${run.version} · run <code>${run.run}</code> · <time datetime="${run.startedAt}">${sayTime(run.startedAt)}</time></p>
<h1><span class="badge ${badges[word] ?? word}">${word}</span> <span>${describeRunCounts(run)}</span></h1>
${(run.cluster?.warnings ?? []).map((text) => renderCallout('Warning', text))}${run.complete ? undefined : renderCallout('Cut off', 'the run did not end as planned; what is missing is inconclusive')}${run.reasons.map(({ text }) => html`<p class="lead">${text}</p>\n`)}<dl class="facts">
${facts.map(([label, text]) => html`<div><dt>${label}</dt><dd>${text}</dd></div>\n`)}</dl>
</header>
`;
}

const sayNoPrediction =
	'unknown for every cell: nothing was worked out from the policies’ text, so the middle mark is “?”';

function allUnknown(run: RunVerdicts): boolean {
	const cells = run.scenarios.flatMap((scenario) => scenario.cells);
	return cells.length > 0 && cells.every((cell) => cell.prediction.verdict === 'unknown');
}

function renderCallout(title: string, text: string): Html {
	return html`<p class="callout"><strong>${title}</strong> ${text}</p>\n`;
}

/** `2026-01-01 12:00:00 UTC`, from what the run recorded: a report is the same bytes in every time zone. */
function sayTime(time: string): string {
	return time.replace(/^([\d-]+)T([\d:]+)(\.\d+)?Z$/, '$1 $2 UTC');
}
