import type { CellVerdict, ChaosMeasures, ChaosWindow, Spread } from '../../model/verdict.ts';
import { describeDuration } from '../counts.ts';
import { describePath } from '../describe-cell.ts';
import { describeChaos } from '../describe-chaos.ts';
import { type Html, html } from './markup.ts';

/** Units of the time line's own drawing; it is stretched to the page. */
const width = 1000;
const height = 36;
/** So that a window that lasted a moment can be seen. */
const leastWidth = 3;

const states: Partial<Record<ChaosMeasures['stretches'][number]['state'], string>> = {
	blocked: 'forbidden',
	allowed: 'allowed',
};

/** What was measured on a path around a fault: when it was meant to be what, when it was not, and for how long. */
export function renderChaos(cell: CellVerdict): Html | undefined {
	const { chaos } = cell;
	if (!chaos || chaos.stretches.length === 0) return undefined;
	const title = `${chaos.name}, ${describePath(cell)}`;
	const spreads: [string, Spread | undefined][] = [
		['leak windows', chaos.leakWidth],
		['outages', chaos.outageWidth],
		['closing', chaos.closing],
		['opening', chaos.opening],
	];
	return html`<figure class="chaos">
<figcaption>${title}</figcaption>
${timeLine(chaos, [title, ...describeChaos(cell)].join('; '))}
<div class="histograms">${spreads.flatMap(([name, spread]) => (spread ? [histogram(name, spread)] : []))}</div>
</figure>
`;
}

function timeLine({ stretches, changes, leaks, outages }: ChaosMeasures, says: string): Html {
	const end = Math.max(...stretches.map(({ to }) => to), 1);
	const at = (time: number) => Math.round((Math.min(Math.max(time, 0), end) / end) * width * 10) / 10;
	const bar = (from: number, to: number, name: string, label: string) =>
		html`<rect class="${name}" x="${at(from)}" y="8" width="${Math.max(0, at(to) - at(from))}" height="20"><title>${label}</title></rect>`;
	const window = (one: ChaosWindow, name: string) =>
		html`<rect class="${name}" x="${at(one.first)}" y="4" width="${Math.max(leastWidth, at(one.last) - at(one.first))}" height="28"><title>${`${name}: ${describeDuration(one.atLeast)} to ${describeDuration(one.atMost)}`}</title></rect>`;
	return html`<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${says}">${stretches.flatMap(
		({ state, from, to }) => {
			const name = states[state];
			return name === undefined ? [] : [bar(from, to, name, name)];
		},
	)}${outages.map((one) => window(one, 'outage'))}${leaks.map((one) => window(one, 'leak'))}${changes.map(
		({ at: time, change }) =>
			html`<line x1="${at(time)}" x2="${at(time)}" y1="0" y2="${height}"><title>${`${change}, at ${describeDuration(time)}`}</title></line>`,
	)}</svg>`;
}

/** A bar for each bound, as high as its share of the highest. */
function histogram(name: string, { histogram: buckets }: Spread): Html {
	const most = Math.max(...buckets.map(({ count }) => count), 1);
	return html`<table class="histogram"><caption>${name}</caption>${buckets.map(
		({ upTo, count }) =>
			html`<tr><th scope="row">≤ ${describeDuration(upTo)}</th><td><meter min="0" max="${most}" value="${count}"></meter> ${count}</td></tr>`,
	)}</table>`;
}
