import type { Reason, RunVerdicts, ScenarioVerdict, Verdict } from '../model/verdict.ts';
import { legend, symbolOf } from './cell-symbol.ts';
import { renderFindings, rule } from './console-findings.ts';
import { summarizeAnswers } from './describe-dns.ts';
import { renderMatrices, wrap } from './console-matrix.ts';
import { renderSummary } from './console-summary.ts';
import { describeCounts, describeDuration } from './counts.ts';
import { describeTimes } from './describe-times.ts';
import { gridsOf } from './grid.ts';
import { type Style, paint } from './paint.ts';
import { describeWire } from './wire.ts';

export interface ConsoleOptions {
	colour: boolean;
	/** Every matrix, every row, every cell of a finding. */
	verbose: boolean;
	/** Characters per line; 100 by default. */
	width?: number;
	/** Where the run's files are; said at the end. */
	folder?: string;
	/** Milliseconds that the whole run took. */
	duration?: number;
}

/** Up to this many scenarios show their matrices without a finding. */
const fewScenarios = 3;
const rowsShown = 40;

const marks: Record<Verdict, { mark: string; styles: Style[] }> = {
	leak: { mark: '✗', styles: ['bold', 'red'] },
	broken: { mark: '✗', styles: ['bold', 'yellow'] },
	inconclusive: { mark: '?', styles: ['bold', 'yellow'] },
	skipped: { mark: '-', styles: ['gray'] },
	unprotected: { mark: '!', styles: ['magenta'] },
	observed: { mark: 'o', styles: ['cyan'] },
	enforced: { mark: '✓', styles: ['green'] },
};

/** The report for people: matrices, findings with what proves them, and a summary. Ends with a newline. */
export function renderConsole(run: RunVerdicts, options: ConsoleOptions): string {
	const width = options.width ?? 100;
	// Without a cluster nothing was attempted: a list of every cell would bury the one reason.
	if (!run.cluster && run.reasons.some(({ code }) => code === 'run-failed')) {
		return `\n${renderSummary(run, { ...options, width })
			.map((line) => line.trimEnd())
			.join('\n')}\n`;
	}
	const shown = run.scenarios.filter(
		(scenario) =>
			scenario.cells.length > 0 && (options.verbose || run.scenarios.length <= fewScenarios || hasFinding(scenario)),
	);
	const list =
		run.scenarios.length > fewScenarios
			? [...run.scenarios.map((one) => scenarioLine(one, run, width, options)), '']
			: [];
	const others =
		run.scenarios.length > fewScenarios ? [] : run.scenarios.filter((scenario) => !shown.includes(scenario));
	const lines = [
		'',
		...list,
		...others.flatMap((scenario) => [
			scenarioLine(scenario, run, width, options),
			...reasonsOf(scenario).map((reason) => `    ${reason.text}`),
			'',
		]),
		...shown.flatMap((scenario) => scenarioSection(scenario, run, width, options)),
		...(shown.length > 0 ? [...legendLines(shown, width, options.colour), ''] : []),
		...timesOfOthers(run, shown, width, options.colour),
		...renderFindings(run, { ...options, width }),
		...renderSummary(run, { ...options, width }),
	];
	return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** Without the one that only repeats the counts of the cells, which stand beside the name. */
function reasonsOf(scenario: ScenarioVerdict): Reason[] {
	return scenario.reasons.filter((reason) => reason.code !== 'worst-cells');
}

function hasFinding(scenario: ScenarioVerdict): boolean {
	return scenario.counts.leak + scenario.counts.broken + scenario.counts.inconclusive > 0;
}

function scenarioLine(scenario: ScenarioVerdict, run: RunVerdicts, width: number, options: ConsoleOptions): string {
	// Cells that are only observed say nothing against the others.
	const passed = scenario.verdict === 'observed' && scenario.counts.enforced > 0;
	const { mark, styles } = marks[passed ? 'enforced' : scenario.verdict];
	const names = Math.min(48, Math.max(...run.scenarios.map((one) => one.scenario.length)));
	const duration = scenario.duration === undefined ? '' : describeDuration(scenario.duration);
	const left = `${mark} ${scenario.scenario.padEnd(names)}  `;
	const counts = describeCounts(scenario.counts);
	const space = Math.max(1, width - left.length - counts.length - duration.length);
	const tone = paint(options.colour, ...styles);
	const name = paint(options.colour, 'bold')(scenario.scenario.padEnd(names));
	return `${tone(mark)} ${name}  ${counts}${' '.repeat(space)}${paint(options.colour, 'dim')(duration)}`;
}

function scenarioSection(
	scenario: ScenarioVerdict,
	run: RunVerdicts,
	width: number,
	options: ConsoleOptions,
): string[] {
	const dim = paint(options.colour, 'dim');
	const indent = '  ';
	const lines = [scenarioLine(scenario, run, width, options)];
	if (scenario.description)
		lines.push(...wrap(scenario.description.split(/\s+/), width - 2, ' ').map((line) => `${indent}${dim(line)}`));
	lines.push(
		...reasonsOf(scenario).flatMap((reason) =>
			wrap(reason.text.split(/\s+/), width - 2, ' ').map((line) => indent + line),
		),
		...wireLine(scenario, width - 2).map((line) => indent + line),
		'',
	);
	const matrix = renderMatrices(gridsOf(scenario.cells), {
		colour: options.colour,
		width: width - indent.length,
		rows: options.verbose ? Number.POSITIVE_INFINITY : rowsShown,
	});
	lines.push(...matrix.map((line) => indent + line));
	const times = describeTimes(scenario);
	if (times.length > 0) lines.push(...bulleted(times, width), '');
	const answers = summarizeAnswers(scenario.cells);
	if (answers !== '')
		lines.push(...wrap(`resolvers: ${answers}`.split(' '), width - 2, ' ').map((line) => indent + line), '');
	return lines;
}

/** What took time in scenarios whose matrices are not shown. */
function timesOfOthers(run: RunVerdicts, shown: ScenarioVerdict[], width: number, colour: boolean): string[] {
	const others = run.scenarios.filter((scenario) => !shown.includes(scenario) && describeTimes(scenario).length > 0);
	if (others.length === 0) return [];
	const told = others.flatMap((scenario) => [
		`  ${scenario.scenario}`,
		...bulleted(describeTimes(scenario), width),
		'',
	]);
	return [rule('faults and held connections', { colour, width }), '', ...told];
}

function bulleted(texts: string[], width: number): string[] {
	return texts.flatMap((text) =>
		wrap(text.split(/\s+/), width - 4, ' ').map((line, index) => `${index === 0 ? '  • ' : '    '}${line}`),
	);
}

function wireLine({ cells }: ScenarioVerdict, width: number): string[] {
	const told = describeWire(cells);
	return told === undefined ? [] : wrap(`wire: ${told}`.split(' '), width, ' ');
}

/** Only the letters that occur, and how two of them in one square are to be read. */
function legendLines(scenarios: ScenarioVerdict[], width: number, colour: boolean): string[] {
	const used = new Set(scenarios.flatMap((scenario) => scenario.cells.map(symbolOf)));
	const entries = legend.filter((symbol) => used.has(symbol));
	const split = scenarios.some((scenario) => gridsOf(scenario.cells).some((grid) => grid.width > 1));
	const plain = wrap(
		entries.map((symbol) => `${symbol.letter} ${symbol.means}`),
		width - 2,
	);
	const painted = plain.map((line) =>
		entries.reduce(
			(text, symbol) =>
				text.replace(
					`${symbol.letter} ${symbol.means}`,
					`${paint(colour, ...symbol.styles)(symbol.letter)} ${symbol.means}`,
				),
			line,
		),
	);
	return [...painted, ...(split ? ['two letters: IPv4 and IPv6 differ'] : [])].map((line) => `  ${line}`);
}
