/**
 * What is wrong with a user's file: a value, never thrown, all of a file collected and shown together.
 * `line` and `column` count from 1.
 */
export interface Diagnostic {
	code: string;
	message: string;
	file: string;
	line: number;
	column: number;
	/** Where in the document, for example `spec.pods.client-one.listen[0]`. */
	path?: string;
	/** What to do about it. */
	hint?: string;
	severity: 'error' | 'warning';
}

export interface SourcePosition {
	file: string;
	line: number;
	column: number;
}
