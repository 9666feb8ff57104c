import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { RunVerdicts } from '../model/verdict.ts';
import { renderConsole } from '../report/console.ts';
import { renderHtml } from '../report/html/html.ts';
import { renderJson } from '../report/json.ts';
import { renderJunit } from '../report/junit.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { reporterNames } from './common-flags.ts';
import type { Context } from './context.ts';

export type ReporterName = (typeof reporterNames)[number];

/** Where a report goes: a file, or standard output when undefined. */
export interface ReportRequest {
	name: ReporterName;
	file: string | undefined;
}

const fileNames: Record<ReporterName, string> = {
	console: 'report.txt',
	json: 'verdicts.json',
	junit: 'junit.xml',
	markdown: 'report.md',
	html: 'report.html',
};

/**
 * Reads `--reporter NAME[=FILE]`. Without FILE, console goes to standard output and the others into `folder`, or all to
 * standard output where there is no folder. With `json`, standard output belongs to verdicts.json alone.
 */
export function requestedReports(
	texts: string[],
	options: { json: boolean; folder: string | undefined },
): ReportRequest[] {
	const requests = (texts.length === 0 ? ['console'] : texts).map((text): ReportRequest => {
		const [name = '', ...rest] = text.split('=');
		const known = reporterNames.find((one) => one === name);
		if (known === undefined) throw new GatecrashError('GC_USAGE', `--reporter: there is no "${name}"`);
		const given = rest.join('=');
		if (given === '-') return { name: known, file: undefined };
		if (given !== '') return { name: known, file: given };
		if (rest.length > 0) {
			throw new GatecrashError('GC_USAGE', `--reporter ${text}: the file name is missing`, {
				hint: `for example ${name}=${fileNames[known]}`,
			});
		}
		const file =
			known === 'console' || options.folder === undefined ? undefined : join(options.folder, fileNames[known]);
		return { name: known, file };
	});
	if (!options.json) return requests;
	return [...requests.filter((request) => request.file !== undefined), { name: 'json', file: undefined }];
}

export interface ReportOptions {
	verbose: boolean;
	folder: string;
	/** Milliseconds that the run took. */
	duration: number | undefined;
}

/** Renders and writes them; rejects with GC_RUN_FOLDER for a file that can't be written, after having written the others. */
export function writeReports(
	requests: ReportRequest[],
	verdicts: RunVerdicts,
	options: ReportOptions,
	context: Context,
): void {
	const failed: { file: string; cause: unknown }[] = [];
	for (const { name, file } of requests) {
		const text = render(name, verdicts, options, file === undefined ? context : undefined);
		if (file === undefined) {
			context.stdout(text);
			continue;
		}
		try {
			mkdirSync(dirname(file), { recursive: true });
			writeFileSync(file, text);
		} catch (cause) {
			failed.push({ file, cause });
		}
	}
	const [first] = failed;
	if (first === undefined) return;
	const files = failed.map(({ file }) => file).join(', ');
	throw new GatecrashError('GC_RUN_FOLDER', `could not write ${files}`, { cause: first.cause });
}

function render(
	name: ReporterName,
	verdicts: RunVerdicts,
	options: ReportOptions,
	screen: Context | undefined,
): string {
	switch (name) {
		case 'console': {
			const { verbose, folder, duration } = options;
			const look = screen === undefined ? { colour: false } : { colour: screen.colour.stdout, width: screen.width };
			return renderConsole(verdicts, { ...look, verbose, folder, ...(duration !== undefined && { duration }) });
		}
		case 'json':
			return renderJson(verdicts);
		case 'junit':
			return renderJunit(verdicts);
		case 'markdown':
			return renderMarkdown(verdicts);
		case 'html': {
			const { folder, duration } = options;
			return renderHtml(verdicts, { folder, ...(duration !== undefined && { duration }) });
		}
	}
}
