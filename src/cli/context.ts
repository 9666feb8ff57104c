import type { ExitCode } from './exit-code.ts';

/** What a command may touch of its process; `main.ts` gives the real ones. */
export interface Context {
	/** Writes to standard output: data and reports. */
	stdout: (text: string) => void;
	/** Writes to standard error: progress, diagnostics, errors. */
	stderr: (text: string) => void;
	env: NodeJS.ProcessEnv;
	/** Colour is wanted there: a terminal, or FORCE_COLOR; never with NO_COLOR. */
	colour: { stdout: boolean; stderr: boolean };
	/** Characters per line of the console report. */
	width: number;
	/** Standard error is a terminal, so progress may redraw itself. */
	interactive: boolean;
	/** As given, for run.json. */
	argv: string[];
	version: string;
	/** Ends the process at once with a last line on standard error, undoing nothing: for the second Ctrl-C only. */
	leave: (code: ExitCode, message: string) => never;
}
