import type { Diagnostic } from '../model/diagnostic.ts';
import { type DocumentPath, pathText } from './document-path.ts';
import type { YamlDocument } from './yaml-document.ts';

export interface Problem {
	code: string;
	message: string;
	hint?: string | undefined;
	/** Where the caret stands: on the key, or on the value (default). */
	at?: 'key' | 'value';
	severity?: 'error' | 'warning';
}

/** Collects problems at paths of one document, or of a part of it. */
export interface Problems {
	add(path: DocumentPath, problem: Problem): void;
	/** The same collection, with paths counted from `prefix`. */
	within(prefix: DocumentPath): Problems;
}

/** Problems of a document become diagnostics with the position of the exact node. */
export function problemsOf(document: YamlDocument, into: Diagnostic[], prefix: DocumentPath = []): Problems {
	return {
		add(path, problem) {
			const full = [...prefix, ...path];
			const { at, hint, severity, code, message } = problem;
			const diagnostic: Diagnostic = { code, message, ...document.locate(full, at), severity: severity ?? 'error' };
			if (full.length > 0) diagnostic.path = pathText(full);
			if (hint !== undefined) diagnostic.hint = hint;
			into.push(diagnostic);
		},
		within: (path) => problemsOf(document, into, [...prefix, ...path]),
	};
}
