import { appendFileSync, closeSync, copyFileSync, openSync, readSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { renderMarkdown } from '../report/markdown.ts';
import { type ReporterName, reporterNames } from './common-flags.ts';
import type { Context } from './context.ts';
import { type Renderer, type ReportSource, renderers } from './render-report.ts';
import { inBatches } from './in-batches.ts';
import { makeFolder } from './make-folder.ts';
import { replaceFile } from './replace-file.ts';

/** Where a report goes: a file, or standard output when undefined. */
export interface ReportRequest {
	name: ReporterName;
	file: string | undefined;
}

const fileNames: Record<ReporterName, string> = {
	console: 'report.txt',
	json: 'verdicts.json',
	junit: 'junit.xml',
	sarif: 'results.sarif',
	html: 'report.html',
	markdown: 'report.md',
	github: 'annotations.txt',
	tap: 'results.tap',
	conformance: 'conformance.json',
};

/** Without a file they go to standard output, where those who want them look. */
const forTheScreen: readonly ReporterName[] = ['console', 'github'];

/**
 * Reads `--reporter NAME[=FILE]`. Without FILE, console and github go to standard output and the others into `folder`, or
 * all to standard output where there is no folder. With `json`, standard output belongs to verdicts.json alone.
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
			forTheScreen.includes(known) || options.folder === undefined ? undefined : join(options.folder, fileNames[known]);
		return { name: known, file };
	});
	if (!options.json) return requests;
	return [...requests.filter((request) => request.file !== undefined), { name: 'json', file: undefined }];
}

/** A report that was not written: GatecrashError where the file could not be, anything else is a bug of the reporter. */
export interface ReportFailure {
	request: ReportRequest;
	error: unknown;
}

/** Renders and writes them all, each in one step; whatever one of them throws, the others are written. Never throws. */
export function writeReports(
	requests: ReportRequest[],
	source: ReportSource,
	context: Context,
	table: Record<ReporterName, Renderer> = renderers,
): ReportFailure[] {
	return requests.flatMap((request): ReportFailure[] => {
		const { name, file } = request;
		try {
			if (name === 'json' && source.jsonFile !== undefined) copyReport(source.jsonFile, file, context);
			else {
				const text = table[name](source, file === undefined ? context : undefined);
				if (file !== undefined) write(file, text);
				else for (const piece of inBatches(text)) context.stdout(piece);
			}
			return [];
		} catch (error) {
			return [{ request, error }];
		}
	});
}

/**
 * What the `github` reporter does beside its annotations: the Markdown report on the page of the workflow run. GitHub
 * names a file for it; elsewhere there is none.
 */
export function appendStepSummary(requests: ReportRequest[], source: ReportSource, context: Context): ReportFailure[] {
	const file = context.env['GITHUB_STEP_SUMMARY'];
	const request = requests.find(({ name }) => name === 'github');
	if (request === undefined || file === undefined || file === '') return [];
	try {
		appendFileSync(file, renderMarkdown(source.verdicts));
		return [];
	} catch (cause) {
		const error = new GatecrashError('GC_RUN_FOLDER', `could not write the step summary ${file}`, { cause });
		return [{ request: { ...request, file }, error }];
	}
}

/** Of a report that is too long for one text. */
function copyReport(from: string, file: string | undefined, context: Context): void {
	if (file === undefined) return forEachText(from, context.stdout);
	const temporary = `${file}.${process.pid}`;
	try {
		makeFolder(dirname(file));
		copyFileSync(from, temporary);
		renameSync(temporary, file);
	} catch (cause) {
		throw new GatecrashError('GC_RUN_FOLDER', `could not write ${file}`, { cause });
	}
}

function forEachText(file: string, take: (text: string) => void): void {
	const decoder = new StringDecoder('utf8');
	const descriptor = openSync(file, 'r');
	const chunk = Buffer.alloc(1 << 20);
	for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
		take(decoder.write(chunk.subarray(0, read)));
	}
	closeSync(descriptor);
}

function write(file: string, content: string | Iterable<string>): void {
	try {
		replaceFile(file, content);
	} catch (cause) {
		// What the file system throws has a code; anything else is a bug of the reporter, whose pieces are made only now.
		if (!(cause instanceof Error && 'code' in cause)) throw cause;
		throw new GatecrashError('GC_RUN_FOLDER', `could not write ${file}`, { cause });
	}
}
