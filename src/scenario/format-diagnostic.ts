import type { Diagnostic } from '../model/diagnostic.ts';

const widest = 120;

/**
 * A diagnostic as people read it: message, place, the line with a caret, hint. `sourceText` is the text of the
 * diagnostic's own file; without it the line is left out. Plain text, no colours, ends without a line break.
 */
export function formatDiagnostic(diagnostic: Diagnostic, sourceText: string | undefined): string {
	const { severity, message, code, file, line, column, path, hint } = diagnostic;
	const mark = severity === 'error' ? '✘ [ERROR]' : '▲ [WARNING]';
	const place = `    ${file}:${line}:${column}:${path === undefined ? '' : `  (${path})`}`;
	const lines = [`${mark} ${message} [${code}]`, '', place, ...excerpt(line, column, sourceText)];
	if (hint !== undefined) lines.push('', `  ${hint}`);
	return lines.join('\n');
}

function excerpt(line: number, column: number, sourceText: string | undefined): string[] {
	const text = sourceText?.split(/\r?\n/)[line - 1];
	if (text === undefined || /[^\P{Cc}\t]/u.test(text)) return [];
	// a long line is cut on both sides, so that the caret stays in sight
	const start = Math.max(0, Math.min(column - 1 - widest / 2, text.length - widest));
	const shown = text.slice(start, start + widest).replaceAll('\t', ' ');
	const caret = ' '.repeat(Math.max(0, column - 1 - start)) + '^'.padEnd(caretWidth(text, column), '~');
	const number = String(line);
	return [`      ${number} │ ${shown}`, `      ${' '.repeat(number.length)} ╵ ${caret}`];
}

/** As long as the word that the diagnostic is about. */
function caretWidth(text: string, column: number): number {
	const rest = text.slice(column - 1);
	const word = /^(?:"[^"]*"|'[^']*'|[^\s,{}[\]]+)/.exec(rest)?.[0] ?? '';
	return Math.max(1, Math.min(word.replace(/:$/, '').length, widest / 2));
}
