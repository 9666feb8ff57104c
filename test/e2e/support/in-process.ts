import { runCommandLine } from '../../../src/cli/command-line.ts';
import type { Context } from '../../../src/cli/context.ts';
import type { Ended } from '../../cli/sandbox.ts';

/**
 * The program without a process of its own, for tests of what it does, not of how it starts. Rejects with what
 * `main.ts` would print.
 */
export async function gatecrashHere(argv: string[]): Promise<Ended> {
	const written = { stdout: '', stderr: '' };
	const context: Context = {
		stdout: (text) => void (written.stdout += text),
		stderr: (text) => void (written.stderr += text),
		env: {},
		colour: { stdout: false, stderr: false },
		width: 100,
		interactive: false,
		argv,
		version: 'test',
		leave: (code, message) => {
			throw new Error(`left with ${code}: ${message}`);
		},
	};
	return { code: await runCommandLine(context), ...written };
}
