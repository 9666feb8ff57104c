import {
	type ClusterTrend,
	type Drift,
	type Trend,
	type TrendCase,
	type TrendKind,
	type TrendRun,
	trendKinds,
} from '../../model/trend.ts';
import type { Verdict } from '../../model/verdict.ts';
import { plural } from '../counts.ts';
import {
	describeDrift,
	describeTrend,
	lastVerdict,
	letterOf,
	lettersMean,
	remarksOf,
	sayMinute,
	trendWords,
} from '../trend-words.ts';
import { type Html, html } from './markup.ts';
import { pageAssets } from './page-assets.ts';

/** Beyond so many a page is not read any more; `gatecrash trend --json` holds all. */
const casesShown = 500;
const driftsShown = 100;

/** In the colours of a verdict. */
const colours: Record<TrendKind, Verdict> = {
	new: 'leak',
	flapping: 'broken',
	failing: 'inconclusive',
	fixed: 'enforced',
	unattempted: 'skipped',
};

/** The trend as one page that needs nothing else: no script, no request, no other file. `version`: of gatecrash. */
export function renderTrendHtml(trend: Trend, version: string): string {
	const policy = `default-src 'none'; style-src '${pageAssets.trendStyleHash}'; base-uri 'none'; form-action 'none'`;
	const runs = trend.nights.reduce((sum, night) => sum + night.runs, 0);
	return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="gatecrash ${version}">
<title>gatecrash: trend, ${describeWorst(trend)}</title>
<style>${{ markup: pageAssets.trendStyle }}</style>
</head>
<body>
<main>
<header class="top">
<p class="origin"><strong>gatecrash</strong> ${version} · ${plural(runs, 'run')} in ${plural(trend.nights.length, 'night')}${trend.olderNights === 0 ? '' : `, ${plural(trend.olderNights, 'older night')} left out`}</p>
<h1>${describeWorst(trend)}</h1>
${trend.passedOver.map(({ place, why }) => html`<p class="callout"><strong>Passed over</strong> <code>${place}</code>: ${why}</p>\n`)}${trend.nights.length < 2 ? html`<p class="callout"><strong>Nothing to compare</strong> ${trend.nights.length === 0 ? 'there is no run' : 'there is only one night'}</p>\n` : undefined}<ul class="nights">${trend.nights.map(({ from, to, runs: count }, index) => html`<li>${index === trend.nights.length - 1 ? 'last night' : `night ${index + 1}`}: ${sayMinute(from)} to ${sayMinute(to)} UTC, ${plural(count, 'run')}</li>`)}</ul>
<p class="nights">${lettersMean}</p>
</header>
${trend.clusters.map(renderCluster)}</main>
</body>
</html>
`.markup;
}

/** `1 new, 1 flapping`. */
function describeWorst({ clusters }: Trend): string {
	const parts = trendKinds.flatMap((kind) => {
		const count = clusters.reduce((sum, { cases }) => sum + cases[kind].length, 0);
		return count === 0 ? [] : [`${count} ${trendWords[kind].title}`];
	});
	return parts.length === 0 ? 'nothing changed' : parts.join(', ');
}

function renderCluster(cluster: ClusterTrend): Html {
	const { runs, engineChanges, stale, drift } = cluster;
	const injected = [...new Set(runs.flatMap((run) => run.injected))];
	return html`<section class="cluster">
<h2>${cluster.cluster} <small>${runs.at(-1)?.engine ?? ''}</small></h2>
${stale ? html`<p class="callout"><strong>Not run the last night</strong> nothing is said of what changed</p>\n` : html`<p class="lead">${describeTrend(cluster)}</p>\n`}${engineChanges.map(({ place, before, now }) => html`<p class="callout"><strong>Other engine</strong> since <code>${runs[place]?.run ?? ''}</code>: ${before} → ${now}</p>\n`)}${injected.length === 0 ? undefined : html`<p class="callout"><strong>Bugs were injected</strong> ${injected.join(', ')}</p>\n`}${trendKinds.flatMap((kind) => (cluster.cases[kind].length === 0 ? [] : [renderKind(cluster, kind)]))}${drift.length === 0 ? undefined : renderDrifts(drift)}${renderRuns(runs)}</section>
`;
}

function renderKind(cluster: ClusterTrend, kind: TrendKind): Html {
	const cases = cluster.cases[kind];
	const { title, means } = trendWords[kind];
	const rest = cases.length - casesShown;
	return html`<details class="change ${colours[kind]}" open>
<summary><strong>${title}</strong> <span>${plural(cases.length, 'cell')}</span> <span class="quiet">${means}</span></summary>
<ul>
${cases.slice(0, casesShown).map((one) => renderCase(one, cluster, kind))}${rest > 0 ? html`<li class="quiet">and ${rest} more, which <code>gatecrash trend --json</code> lists</li>\n` : undefined}</ul>
</details>
`;
}

function renderCase(one: TrendCase, cluster: ClusterTrend, kind: TrendKind): Html {
	const remarks = remarksOf(one, cluster, kind);
	const marks = one.verdicts.map((verdict, place) => {
		const run = cluster.runs[place];
		const dawn = place > 0 && run?.night !== cluster.runs[place - 1]?.night ? ' dawn' : '';
		return html`<span class="mark ${verdict ?? 'none'}${dawn}" title="${run?.run ?? ''}: ${verdict ?? 'not attempted'}">${letterOf(verdict)}</span>`;
	});
	const said = one.verdicts.map((verdict) => verdict ?? 'not attempted').join(', ');
	return html`<li class="case"><span class="strip" role="img" aria-label="${said}">${marks}</span><span><code>${one.id}</code> <span class="quiet">${lastVerdict(one) ?? ''}${remarks === '' ? '' : `; ${remarks}`}</span></span></li>
`;
}

function renderDrifts(drift: Drift[]): Html {
	const slower = drift.filter(({ before, now }) => now > before).length;
	const rest = drift.length - driftsShown;
	return html`<details class="change observed drift" open>
<summary><strong>latency</strong> <span>${slower} slower, ${drift.length - slower} quicker</span> <span class="quiet">than on every night before</span></summary>
<ul>
${drift.slice(0, driftsShown).map((one) => html`<li class="case">${renderLine(one.values)}<span><code>${one.of}</code> <span class="quiet">${describeDrift(one)}</span></span></li>\n`)}${rest > 0 ? html`<li class="quiet">and ${rest} more, which <code>gatecrash trend --json</code> lists</li>\n` : undefined}</ul>
</details>
`;
}

/** One point for each run that measured it, from 0 up. */
function renderLine(values: Drift['values']): Html {
	const most = Math.max(...values.map((value) => value ?? 0), Number.MIN_VALUE);
	const step = 112 / Math.max(values.length - 1, 1);
	const points = values.flatMap((value, place) =>
		value === undefined ? [] : [{ x: round(4 + place * step), y: round(25 - (value / most) * 22) }],
	);
	return html`<svg viewBox="0 0 120 28" aria-hidden="true"><polyline points="${points.map(({ x, y }) => `${x},${y}`).join(' ')}"/>${points.map(({ x, y }) => html`<rect x="${round(x - 2)}" y="${round(y - 2)}" width="4" height="4"/>`)}</svg>`;
}

function round(value: number): number {
	return Math.round(value * 10) / 10;
}

function renderRuns(runs: TrendRun[]): Html {
	return html`<details class="short"><summary>Runs (${runs.length})</summary><div class="scroll"><table class="runs">
<thead><tr><th scope="col">began (UTC)</th><th scope="col">verdict</th><th scope="col">attempted</th><th scope="col">run</th></tr></thead>
<tbody>
${runs.map(({ run, place, startedAt, verdict, cells }) => html`<tr><td>${sayMinute(startedAt)}</td><td><span class="badge ${verdict}">${verdict}</span></td><td>${plural(cells, 'cell')}</td><td><code>${run}</code> <span class="quiet">${place}</span></td></tr>\n`)}</tbody></table></div></details>
`;
}
