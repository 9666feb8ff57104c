import type { RunVerdicts, ScenarioVerdict, Verdict } from '../model/verdict.ts';
import { legend, symbolOf } from './cell-symbol.ts';
import { describeCounts, describeDuration, describePhases, plural } from './counts.ts';
import {
	describeDeclared,
	describeEvidence,
	describeObserved,
	describePosition,
	describePredicted,
} from './describe-cell.ts';
import { describeTimes } from './describe-times.ts';
import { summarizeAnswers } from './describe-dns.ts';
import { diagnoses } from './diagnoses.ts';
import { type FindingGroup, groupFindings, groupNotes, groupWaived } from './findings.ts';
import { describeChange, describeRunCounts, describeWaiver, gateFacts, verdictWord } from './gate-view.ts';
import { type Grid, gridsOf, letters } from './grid.ts';
import { describeWire, describeWireOfRun } from './wire.ts';

const marks: Record<Verdict, string> = {
	leak: '❌',
	broken: '❌',
	inconclusive: '❓',
	skipped: '⏭️',
	unprotected: '⚠️',
	observed: '👁️',
	enforced: '✅',
};

/** A GitHub step summary is cut off beyond 1 MiB; a page with hundreds of findings is not read anyway. */
const findingsShown = 30;
const squaresShown = 400;

/** The report as GitHub-flavoured Markdown, made for a step summary or a pull-request comment. */
export function renderMarkdown(run: RunVerdicts): string {
	const findings = groupFindings(run);
	const waived = groupWaived(run);
	const notes = groupNotes(run);
	const wire = describeWireOfRun(run);
	const blocks = [
		titleOf(run),
		[`${describeRunCounts(run)}.`, ...run.reasons.map((reason) => escapeMarkdown(reason.text))].join(' '),
		...(run.cluster?.warnings ?? []).map((text) => `> **Warning:** ${escapeMarkdown(text)}`),
		...(run.complete ? [] : ['**The run was cut off**: what is missing is inconclusive.']),
		gateFacts(run)
			.map(([label, text]) => `- ${label}: ${escapeMarkdown(text)}`)
			.join('\n'),
		scenarioTable(run.scenarios),
		...(wire === undefined ? [] : [`Wire: ${escapeMarkdown(wire)}.`]),
		...(findings.length > 0 ? [`### ${plural(findings.length, 'finding')}`] : []),
		...findings.slice(0, findingsShown).map((finding) => renderFinding(finding, run)),
		...(findings.length > findingsShown ? [`… and ${findings.length - findingsShown} more: see verdicts.json.`] : []),
		...(waived.length > 0 ? ['### Waived', waived.map(renderWaived).join('\n')] : []),
		...(notes.length > 0 ? ['### Worth knowing', notes.map(renderNote).join('\n')] : []),
		...run.scenarios.filter((scenario) => scenario.cells.length > 0).map(renderScenario),
		renderOrigin(run),
	];
	return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function scenarioTable(scenarios: ScenarioVerdict[]): string {
	if (scenarios.length === 0) return 'No scenario was run.';
	const rows = scenarios.map((scenario) => {
		const took = scenario.duration === undefined ? '' : describeDuration(scenario.duration);
		return `| ${marks[scenario.verdict]} ${scenario.verdict} | ${escapeMarkdown(scenario.scenario)} | ${describeCounts(scenario.counts)} | ${took} |`;
	});
	return ['| verdict | scenario | cells | time |', '| --- | --- | --- | ---: |', ...rows].join('\n');
}

/** Without waivers the judge's own word: where cells were only observed it says so. */
function titleOf(run: RunVerdicts): string {
	const word = run.gate === undefined ? run.verdict : verdictWord(run);
	const mark = word === 'waived' ? '⚠️' : word === 'waiver expired' ? '❌' : marks[word];
	return `## ${mark} gatecrash: ${word}`;
}

function renderWaived({ first, cells }: FindingGroup): string {
	const others = cells.length > 1 ? ` and ${cells.length - 1} more` : '';
	return `- ${first.verdict}, ${escapeMarkdown(describeWaiver(first))}: ${code(first.id)}${others}`;
}

function renderFinding({ first, cells }: FindingGroup, run: RunVerdicts): string {
	const change = describeChange(cells, run);
	const evidence = describeEvidence(first.evidence);
	const others = cells.length > 1 ? ` and ${cells.length - 1} more` : '';
	return [
		`**${first.verdict}${first.diagnosis ? ` (${first.diagnosis})` : ''}** ${code(first.id)}${others}`,
		'',
		...(first.diagnosis === undefined ? [] : [`- means: ${diagnoses[first.diagnosis]}`]),
		...(change === '' ? [] : [`- baseline: ${escapeMarkdown(change)}`]),
		`- declared: ${escapeMarkdown(describeDeclared(first))}, at ${code(describePosition(first))}`,
		`- predicted: ${escapeMarkdown(describePredicted(first))}`,
		`- observed: ${escapeMarkdown(describeObserved(first))}`,
		...first.reasons.map((reason) => `- why: ${escapeMarkdown(reason.text)} (${code(reason.code)})`),
		...(evidence === '' ? [] : [`- evidence: ${code(evidence)}`]),
		`- repeat: ${code(first.repeat)}`,
	].join('\n');
}

function renderNote({ first, cells }: FindingGroup): string {
	const others = cells.length > 1 ? ` and ${cells.length - 1} more` : '';
	const sides = `declared ${describeDeclared(first)}; predicted ${describePredicted(first)}`;
	const differing = first.diagnosis === undefined ? '' : ` (${escapeMarkdown(sides)})`;
	return `- ${escapeMarkdown(first.findings.map((finding) => finding.text).join('; '))}: ${code(first.id)}${others}${differing}`;
}

/** Folded away when there is nothing to look at. */
function renderScenario(scenario: ScenarioVerdict): string {
	const failed = scenario.counts.leak + scenario.counts.broken + scenario.counts.inconclusive > 0;
	const used = new Set(scenario.cells.map(symbolOf));
	const answers = summarizeAnswers(scenario.cells);
	const key = legend.filter((symbol) => used.has(symbol)).map((symbol) => `${symbol.letter} ${symbol.means}`);
	const wire = describeWire(scenario.cells);
	return [
		`<details${failed ? ' open' : ''}><summary>${escapeHtml(scenario.scenario)}: ${describeCounts(scenario.counts)}</summary>`,
		...gridsOf(scenario.cells).map(renderGrid),
		key.join(', '),
		...bulletList(describeTimes(scenario)),
		...(wire === undefined ? [] : [`Wire: ${wire}`]),
		...(answers === '' ? [] : [`Resolvers: ${answers}`]),
		...(scenario.phases.length > 0 ? [`Time: ${describePhases(scenario.phases)}`] : []),
		'</details>',
	].join('\n\n');
}

function bulletList(texts: string[]): string[] {
	return texts.length === 0 ? [] : [texts.map((text) => `- ${escapeMarkdown(text)}`).join('\n')];
}

function renderGrid(grid: Grid): string {
	const phase = grid.phase === undefined ? '' : `, phase ${escapeMarkdown(grid.phase)}`;
	const title = `${[...grid.ports, `(${grid.families.join(' + ')})`].join(' ')}${phase}`;
	if (grid.rows.length * grid.columns.length > squaresShown) {
		return `${title}: ${grid.rows.length} × ${grid.columns.length}, too many squares to draw here`;
	}
	const head = `| from \\\\ to | ${grid.columns.map(escapeMarkdown).join(' | ')} |`;
	const line = `| --- |${' :-: |'.repeat(grid.columns.length)}`;
	const rows = grid.rows.map((row) => {
		const squares = grid.columns.map((column) => letters(grid.at(row, column)));
		return `| ${escapeMarkdown(row)} | ${squares.map((text) => (/[LB?]/.test(text) ? `**${text}**` : text)).join(' | ')} |`;
	});
	return [title, '', head, line, ...rows].join('\n');
}

function renderOrigin(run: RunVerdicts): string {
	const { cluster } = run;
	const where =
		cluster === undefined
			? 'no cluster came up'
			: `${cluster.name} (${cluster.version}, kernel ${cluster.kernel}), enforced by ${cluster.enforcers.join(', ') || 'nobody'}`;
	const notes = (cluster?.notes ?? []).map((note) => ` ${note}`).join('');
	const up = cluster?.phases === undefined ? '' : ` Up in ${describePhases(cluster.phases)}.`;
	return `<sub>gatecrash ${run.version}, run ${run.run}, ${escapeMarkdown(where)}.${escapeMarkdown(up + notes)}</sub>`;
}

/** A code span that survives backticks inside; https://spec.github.com/gfm/#code-spans. */
function code(text: string): string {
	const oneLine = text.replaceAll(/[\r\n]+/g, ' ');
	if (!oneLine.includes('`')) return `\`${oneLine}\``;
	const longest = Math.max(...(oneLine.match(/`+/g) ?? []).map((run) => run.length));
	const fence = '`'.repeat(longest + 1);
	return `${fence} ${oneLine} ${fence}`;
}

function escapeMarkdown(text: string): string {
	return escapeHtml(text)
		.replaceAll(/[\\`*_[\]|]/g, '\\$&')
		.replaceAll(/[\r\n]+/g, ' ');
}

function escapeHtml(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
