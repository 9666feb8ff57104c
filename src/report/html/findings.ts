import type { CellVerdict, Reason, RunVerdicts } from '../../model/verdict.ts';
import { plural } from '../counts.ts';
import {
	describeDeclared,
	describeEvidence,
	describeObserved,
	describePath,
	describePosition,
	describePredicted,
} from '../describe-cell.ts';
import { diagnoses } from '../diagnoses.ts';
import { type FindingGroup, groupFindings, groupNotes, groupSkipped, groupWaived } from '../findings.ts';
import { describeWaiver } from '../gate-view.ts';
import { type Html, html } from './markup.ts';
import { sidesOf } from './sides.ts';
import { renderSide } from './square.ts';

/** Beyond these a page is not read from top to bottom any more; the matrices and the filter show the rest. */
const findingsShown = 100;
const idsShown = 50;

type PlaceOf = (cell: CellVerdict) => number;

/** What failed, with everything that is needed to believe and repeat it; then what is worth knowing, and what was skipped. */
export function renderFindings(run: RunVerdicts, placeOf: PlaceOf): Html {
	const findings = groupFindings(run);
	const notes = groupNotes(run);
	const skipped = groupSkipped(run);
	const waived = groupWaived(run).length > 0;
	const hidden = findings.length - findingsShown;
	return html`<section id="findings">
<h2>${findings.length === 0 ? 'No findings' : plural(findings.length, 'finding')}</h2>
${findings.length === 0 ? html`<p class="quiet">No leak, no broken path, nothing inconclusive${waived ? ' but what is waived' : ''}.</p>\n` : undefined}${findings.slice(0, findingsShown).map((group) => renderFinding(group, placeOf))}${hidden > 0 ? html`<p class="quiet">${hidden} more are not listed here: show them in the matrices with the filter.</p>\n` : undefined}${renderShort('Waived', groupWaived(run), sayWaiver, placeOf)}${renderShort('Worth knowing', notes, (cell) => cell.findings, placeOf)}${renderShort('Skipped', skipped, (cell) => cell.reasons, placeOf)}</section>
`;
}

function sayWaiver(cell: CellVerdict): Reason[] {
	return [{ code: cell.verdict, text: describeWaiver(cell) }];
}

function renderFinding({ first, cells }: FindingGroup, placeOf: PlaceOf): Html {
	const { declared, predicted, observed } = sidesOf(first);
	const evidence = describeEvidence(first.evidence);
	const unheld = first.controls.filter((control) => !control.held);
	return html`<article class="finding ${first.verdict}" data-verdict="${first.verdict}" data-cells="${cells.map(placeOf).join(' ')}">
<h3><span class="badge ${first.verdict}">${first.verdict}</span> <span class="path">${describePath(first)}</span> <span class="where">${first.scenario}${first.phase === undefined ? '' : `, ${first.phase}`}</span></h3>
${first.reasons.map(renderReason)}${first.diagnosis === undefined ? undefined : html`<p>That means: ${diagnoses[first.diagnosis]}.</p>\n`}<dl class="sides">
<div><dt>declared</dt><dd>${renderSide(declared)} ${describeDeclared(first)}</dd></div>
<div><dt>predicted</dt><dd>${renderSide(predicted)} ${describePredicted(first)}</dd></div>
<div><dt>observed</dt><dd>${renderSide(observed)} ${describeObserved(first)}</dd></div>
${unheld.map(({ control, detail }) => html`<div><dt>control</dt><dd>${control} did not hold: ${detail}</dd></div>\n`)}<div><dt>declared at</dt><dd><code>${describePosition(first)}</code></dd></div>
${evidence === '' ? undefined : html`<div><dt>evidence</dt><dd><code>${evidence}</code></dd></div>\n`}<div><dt>repeat</dt><dd>${renderCommand(first.repeat)}</dd></div>
</dl>
<p class="acts">${renderOpener(first, placeOf, 'Show all evidence')}</p>
${renderOthers(cells.slice(1), placeOf)}</article>
`;
}

function renderReason({ code, text }: Reason): Html {
	return html`<p class="reason">${text} <code>${code}</code></p>\n`;
}

export function renderCommand(command: string): Html {
	return html`<span class="command"><code>${command}</code><button class="copy" type="button" data-copy="${command}" aria-label="Copy the command">Copy</button></span>`;
}

/** Opens the evidence of a cell; only there where the script runs. */
function renderOpener(cell: CellVerdict, placeOf: PlaceOf, text: string): Html {
	return html`<button class="open" type="button" data-open="${placeOf(cell)}">${text}</button>`;
}

function renderOthers(cells: CellVerdict[], placeOf: PlaceOf): Html {
	if (cells.length === 0) return html``;
	const rest = cells.length - idsShown;
	return html`<details class="others"><summary>and ${cells.length} more like this</summary><ul>
${cells.slice(0, idsShown).map((cell) => html`<li><code>${cell.id}</code> ${renderOpener(cell, placeOf, 'Evidence')}</li>\n`)}${rest > 0 ? html`<li>and ${rest} more: the matrices show them</li>\n` : undefined}</ul></details>
`;
}

function renderShort(
	title: string,
	groups: FindingGroup[],
	reasonsOf: (cell: CellVerdict) => Reason[],
	placeOf: PlaceOf,
): Html {
	if (groups.length === 0) return html``;
	const items = groups.slice(0, findingsShown).map(({ first, cells }) => {
		const others = cells.length > 1 ? ` and ${cells.length - 1} more` : '';
		const texts = reasonsOf(first).map((reason) => reason.text);
		return html`<li>${texts.join('; ')}: <code>${first.id}</code>${others} ${renderOpener(first, placeOf, 'Evidence')}</li>\n`;
	});
	return html`<details class="short"><summary>${title} (${groups.length})</summary><ul>
${items}</ul></details>
`;
}
