import type { ScenarioVerdict } from '../../model/verdict.ts';
import { describeCounts, describeDuration, describePhases } from '../counts.ts';
import { describeTimes } from '../describe-times.ts';
import { splitTarget } from '../grid.ts';
import { describeWire } from '../wire.ts';
import { renderChaos } from './chaos.ts';
import { type Html, html } from './markup.ts';
import { type Matrix, matricesOf } from './matrices.ts';
import { renderSquare } from './square.ts';

/** Beyond so many columns squares are drawn small, and long names stand upright. */
const fewColumns = 14;
const shortName = 7;

const familyNames = { ipv4: 'IPv4', ipv6: 'IPv6' };

/** A scenario with its matrices, folded unless `open`. `start`: the place of its first cell among those of the run. */
export function renderScenario(scenario: ScenarioVerdict, start: number, open: boolean): Html {
	const { cells, counts, description, duration, file, phases, reference, status } = scenario;
	// Cells that are only observed say nothing against the others.
	const verdict = scenario.verdict === 'observed' && counts.enforced > 0 ? 'enforced' : scenario.verdict;
	const times = describeTimes(scenario);
	const wire = describeWire(cells);
	const reasons = scenario.reasons.filter((reason) => reason.code !== 'worst-cells');
	return html`<details class="scenario"${open ? html` open` : undefined}>
<summary><span class="badge ${verdict}">${verdict}</span> <h3>${scenario.scenario}</h3> <span class="counts">${describeCounts(counts)}</span> <span class="took">${duration === undefined ? '' : describeDuration(duration)}</span></summary>
<p>${description}</p>
${reasons.map(({ text }) => html`<p>${text}</p>\n`)}${wire === undefined ? undefined : html`<p>Wire: ${wire}</p>\n`}<p class="quiet"><code>${file}</code> · ${status}${reference === '' ? '' : ` · ${reference}`}${phases.length === 0 ? '' : ` · ${describePhases(phases)}`}</p>
${times.length === 0 ? undefined : html`<ul class="times">${times.map((text) => html`<li>${text}</li>`)}</ul>\n`}${scenario.cells.flatMap((cell) => renderChaos(cell) ?? [])}<div class="matrices">
${matricesOf(cells, start).map(renderMatrix)}</div>
</details>
`;
}

function renderMatrix(matrix: Matrix): Html {
	const { columns, phase, port, rows } = matrix;
	const title = [...(port === undefined ? [] : [port]), familyNames[matrix.family]].join(', ');
	const looks = [
		...(columns.length > fewColumns ? ['small'] : []),
		...(columns.length > shortName && columns.some((name) => name.length > shortName) ? ['upright'] : []),
	];
	return html`<figure class="matrix ${looks.join(' ')}">
<figcaption>${phase === undefined ? undefined : html`<span class="phase">${phase}</span> `}${title}</figcaption>
<div class="scroll"><table role="grid" aria-label="${phase === undefined ? title : `${phase}, ${title}`}">
<thead><tr><td>from \\ to</td>${columns.map((column) => renderHead(column, port))}</tr></thead>
<tbody>
${rows.map((row) => renderRow(matrix, row))}</tbody></table></div>
</figure>
`;
}

function renderHead(column: string, port: string | undefined): Html {
	const { name, port: suffix } = port === undefined ? splitTarget(column) : { name: column, port: '' };
	return html`<th scope="col"><span>${name}${suffix === '' ? undefined : html`<small>${suffix}</small>`}</span></th>`;
}

function renderRow(matrix: Matrix, row: string): Html {
	const squares = matrix.columns.map((column) => html`<td>${matrix.at(row, column).map(renderSquare)}</td>`);
	return html`<tr><th scope="row"><span>${row}</span></th>${squares}</tr>\n`;
}
