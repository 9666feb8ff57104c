import { type CellVerdict, type RunVerdicts, verdicts } from '../../model/verdict.ts';
import { sortKeys } from '../json.ts';
import { boundCells } from '../bound-cells.ts';
import { renderFindings } from './findings.ts';
import { renderLegend } from './legend.ts';
import { type Html, html } from './markup.ts';
import { packVerdicts } from './packed-verdicts.ts';
import { pageAssets } from './page-assets.ts';
import { renderScenario } from './scenario.ts';
import { type SummaryOptions, renderSummary } from './summary.ts';
import { verdictWord } from '../gate-view.ts';

/** Up to this many scenarios are all unfolded; of more, those with a finding. */
const fewScenarios = 3;

/**
 * The report as one page that needs nothing else: no request, no other file. Findings and matrices are there without a
 * script; the script adds evidence, filter and keyboard. The page's policy (CSP) admits only this style sheet and this
 * script, by their hashes, so that no text of a scenario could run or load anything even if it got through as markup.
 */
export function renderHtml(whole: RunVerdicts, options: SummaryOptions = {}): string {
	const { run, leftOut } = boundCells(whole, cellsShown);
	const policy = `default-src 'none'; script-src '${pageAssets.scriptHash}'; style-src '${pageAssets.styleHash}'; base-uri 'none'; form-action 'none'`;
	return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="gatecrash ${run.version}">
<title>gatecrash: ${verdictWord(whole)}, run ${run.run}</title>
<style>${{ markup: pageAssets.style }}</style>
</head>
<body>
<main>
${renderSummary(whole, options)}${leftOut === 0 ? undefined : sayLeftOut(leftOut)}${renderFilter(run)}${renderFindings(run, placesOf(run))}${renderMatrices(run)}</main>
<aside id="evidence" aria-labelledby="evidence-title" tabindex="-1" hidden></aside>
<script type="application/json" id="verdicts">${embedJson(sortKeys(packVerdicts(run)))}</script>
<script>${{ markup: pageAssets.script }}</script>
</body>
</html>
`.markup;
}

/** A page with more is tens of megabytes, and no browser is quick with it. */
const cellsShown = 50_000;

function sayLeftOut(cells: number): Html {
	return html`<p class="callout"><strong>Left out</strong> this page shows the worst ${cellsShown} cells; ${cells} more are in verdicts.json</p>\n`;
}

function renderMatrices(run: RunVerdicts): Html {
	let start = 0;
	const scenarios = run.scenarios.map((scenario) => {
		const { leak, broken, inconclusive } = scenario.counts;
		const open = run.scenarios.length <= fewScenarios || leak + broken + inconclusive > 0;
		const section = renderScenario(scenario, start, open);
		start += scenario.cells.length;
		return section;
	});
	return html`<section id="matrices">
<h2>Who reached whom</h2>
${run.scenarios.length === 0 ? html`<p class="quiet">No scenario was run.</p>\n` : renderLegend(run)}${scenarios}</section>
`;
}

/** Hidden until the script runs. */
function renderFilter(run: RunVerdicts): Html {
	const present = verdicts.filter((verdict) => run.counts[verdict] > 0);
	return html`<form class="filter" id="filter" role="search">
<input type="search" id="filter-text" aria-label="Filter by text" placeholder="Filter: pod, port, scenario, reason …" autocomplete="off" spellcheck="false">
<span class="choices" role="group" aria-label="Show only">${present.map((verdict) => html`<button type="button" class="choice ${verdict}" data-verdict="${verdict}" aria-pressed="false">${verdict} <small>${run.counts[verdict]}</small></button>`)}</span>
<output id="filter-count" aria-live="polite"></output>
</form>
`;
}

function placesOf(run: RunVerdicts): (cell: CellVerdict) => number {
	const places = new Map(run.scenarios.flatMap((scenario) => scenario.cells).map((cell, place) => [cell, place]));
	return (cell) => places.get(cell) ?? -1;
}

/** Without `<` nothing in it can end the element or begin a comment; https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements. */
function embedJson(value: unknown): Html {
	return { markup: JSON.stringify(value).replaceAll('<', '\\u003c') };
}
