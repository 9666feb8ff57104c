import type { Plan } from '../model/plan.ts';
import type { RunVerdicts } from '../model/verdict.ts';
import { renderConformance } from '../report/conformance.ts';
import { renderConsole } from '../report/console.ts';
import { renderGithub } from '../report/github.ts';
import { renderHtml } from '../report/html/html.ts';
import { renderJson } from '../report/json.ts';
import { renderJunit } from '../report/junit.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { renderSarif } from '../report/sarif.ts';
import { renderTap } from '../report/tap.ts';
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

/** `screen`: where the text goes, when that is a terminal or what stands for one. */
export type Renderer = (source: ReportSource, screen: Context | undefined) => string;

export const renderers: Record<ReporterName, Renderer> = {
	console: ({ verdicts, verbose, folder, duration }, screen) => {
		const look = screen === undefined ? { colour: false } : { colour: screen.colour.stdout, width: screen.width };
		return renderConsole(verdicts, { ...look, verbose, folder, ...(duration !== undefined && { duration }) });
	},
	json: ({ verdicts }) => renderJson(verdicts),
	junit: ({ verdicts }) => renderJunit(verdicts),
	sarif: ({ verdicts, plan }) => renderSarif(verdicts, { plan, nameOf: repositoryNames() }),
	html: ({ verdicts, folder, duration }) =>
		renderHtml(verdicts, { folder, ...(duration !== undefined && { duration }) }),
	markdown: ({ verdicts }) => renderMarkdown(verdicts),
	github: ({ verdicts }) => renderGithub(verdicts, repositoryNames()),
	tap: ({ verdicts }) => renderTap(verdicts),
	conformance: ({ verdicts, plan }) => renderConformance(verdicts, plan),
};
