import type { Plan } from '../model/plan.ts';
import type { RunVerdicts } from '../model/verdict.ts';
import { renderConformance } from '../report/conformance.ts';
import { renderConsole } from '../report/console.ts';
import { renderGithub } from '../report/github.ts';
import { renderHtml } from '../report/html/html.ts';
import { renderJson } from '../report/json.ts';
import { junitPieces } from '../report/junit.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { renderSarif } from '../report/sarif.ts';
import { tapPieces } from '../report/tap.ts';
import type { ReporterName } from './common-flags.ts';
import type { Context } from './context.ts';
import { repositoryNames } from './repository-names.ts';

/** What reports are made from. */
export interface ReportSource {
	verdicts: RunVerdicts;
	plan: Plan;
	/** Of the run. */
	folder: string;
	/** Milliseconds that the run took. */
	duration: number | undefined;
	verbose: boolean;
	/** Holds the JSON report, where `verdicts` has less than it. */
	jsonFile?: string;
}

/**
 * `screen`: where the text goes, when that is a terminal or what stands for one. What grows with the cells without a bound
 * comes in pieces: all of it would be more than one text can hold.
 */
export type Renderer = (source: ReportSource, screen: Context | undefined) => string | Iterable<string>;

export const renderers: Record<ReporterName, Renderer> = {
	console: ({ verdicts, verbose, folder, duration }, screen) => {
		const look = screen === undefined ? { colour: false } : { colour: screen.colour.stdout, width: screen.width };
		return renderConsole(verdicts, { ...look, verbose, folder, ...(duration !== undefined && { duration }) });
	},
	json: ({ verdicts }) => renderJson(verdicts),
	junit: ({ verdicts }) => junitPieces(verdicts),
	sarif: ({ verdicts, plan }) => renderSarif(verdicts, { plan, nameOf: repositoryNames() }),
	html: ({ verdicts, folder, duration }) =>
		renderHtml(verdicts, { folder, ...(duration !== undefined && { duration }) }),
	markdown: ({ verdicts }) => renderMarkdown(verdicts),
	github: ({ verdicts }) => renderGithub(verdicts, repositoryNames()),
	tap: ({ verdicts }) => tapPieces(verdicts),
	conformance: ({ verdicts, plan }) => renderConformance(verdicts, plan),
};
