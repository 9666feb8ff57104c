/** Codes of GatecrashError; docs/outcomes.md lists them. */
export type GatecrashErrorCode =
	| 'GC_USAGE'
	| 'GC_TOOL_MISSING'
	| 'GC_NOT_PERMITTED'
	| 'GC_CLUSTER'
	| 'GC_AGENT'
	| 'GC_CLEANUP'
	| 'GC_RUN_FOLDER'
	| 'GC_INTERRUPTED';

/**
 * The world failed: a tool is missing, a right is missing, a cluster did not come up. Not for mistakes in the user's
 * files (Diagnostic), not for what happened to an attempt (Outcome), not for our own bugs (plain Error, exit 70).
 */
export class GatecrashError extends Error {
	readonly code: GatecrashErrorCode;
	/** What the reader can do about it, one sentence. */
	readonly hint: string | undefined;

	constructor(code: GatecrashErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = 'GatecrashError';
		this.code = code;
		this.hint = options.hint;
	}
}
