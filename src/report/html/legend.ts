import type { CellVerdict, RunVerdicts } from '../../model/verdict.ts';
import { legend, symbolOf } from '../cell-symbol.ts';
import { type Html, html } from './markup.ts';
import { renderMarks } from './square.ts';

/** What the squares of this run mean, each with the first cell that looks so; then how to read and move in them. */
export function renderLegend(run: RunVerdicts): Html {
	const cells = run.scenarios.flatMap((scenario) => scenario.cells);
	const used = legend.flatMap((symbol) => {
		const cell = cells.find((one) => symbolOf(one) === symbol);
		return cell === undefined ? [] : [{ cell, means: symbol.means }];
	});
	return html`<ul class="legend">
${used.map(renderEntry)}</ul>
<details class="reading"><summary>How to read this</summary>
<p>Each square is a <em>cell</em>: one path with one expectation. The large letter is its verdict. The three marks below it are what the scenario <strong>declared</strong>, what the policies’ text <strong>predicted</strong>, and what was <strong>observed</strong>.</p>
<ul class="marks">
<li><i class="block">b</i> blocked; observed: no try came through</li>
<li><i class="ring">a</i> allowed; observed: the token came through</li>
<li><i class="ring">u</i> a hole that the scenario declares, with its reason</li>
<li><i class="dotted">?</i> nothing is known on this side</li>
<li><i class="dotted">~</i> predicted: the specification leaves it open</li>
<li><i class="dotted">–</i> declared: nothing, only observed</li>
<li><i class="dotted">=</i> declared: whatever is predicted</li>
</ul>
<p>“Enforced” for a blocked path means more than silence: the same path answered before the policies or after them (or a sibling got through meanwhile), the server lived, the client really sent, and the witness at the target is complete. Where any of that is missing the verdict is “inconclusive”.</p>
<p class="keys">Click a square, or press Enter on it, for its evidence. <kbd>←</kbd> <kbd>↑</kbd> <kbd>→</kbd> <kbd>↓</kbd> <kbd>Home</kbd> <kbd>End</kbd> move within a matrix, <kbd>Tab</kbd> goes to the next one, <kbd>Esc</kbd> closes the evidence, <kbd>/</kbd> goes to the filter.</p>
</details>
`;
}

function renderEntry({ cell, means }: { cell: CellVerdict; means: string }): Html {
	return html`<li><span class="sq ${cell.verdict}" aria-hidden="true">${renderMarks(cell)}</span> ${means}</li>\n`;
}
