import type { Diagnostic } from '../model/diagnostic.ts';
import { plural } from '../report/counts.ts';
import { paint } from '../report/paint.ts';
import { formatDiagnostic } from '../scenario/format-diagnostic.ts';
import { readTextFile } from '../scenario/read-text-file.ts';
import type { Context } from './context.ts';

/** Writes all diagnostics to standard error and how many there are; nothing when there are none. */
export function printDiagnostics(diagnostics: Diagnostic[], context: Context): void {
	if (diagnostics.length === 0) return;
	const sources = new Map<string, string | undefined>();
	for (const diagnostic of diagnostics) {
		if (!sources.has(diagnostic.file)) sources.set(diagnostic.file, sourceOf(diagnostic.file));
		context.stderr(
			`${colourHead(formatDiagnostic(diagnostic, sources.get(diagnostic.file)), diagnostic, context)}\n\n`,
		);
	}
	const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
	const warnings = diagnostics.length - errors;
	const counted = [
		...(errors > 0 ? [plural(errors, 'error')] : []),
		...(warnings > 0 ? [plural(warnings, 'warning')] : []),
	];
	context.stderr(`${counted.join(' and ')}\n`);
}

/** The file as it is now, to show the line; undefined where it can't be read, which then is the diagnostic. */
function sourceOf(file: string): string | undefined {
	const read = readTextFile(file);
	return 'text' in read ? read.text : undefined;
}

function colourHead(text: string, diagnostic: Diagnostic, context: Context): string {
	const tone = paint(context.colour.stderr, 'bold', diagnostic.severity === 'error' ? 'red' : 'yellow');
	const [head = '', ...rest] = text.split('\n');
	return [tone(head), ...rest].join('\n');
}
