import { inspect } from 'node:util';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import { paint } from '../report/paint.ts';

const whereToReport =
	'Please open an issue of the gatecrash project with these lines, `gatecrash version` and the command.';

/** Says on standard error what went wrong and what to do about it, and which exit code that means. */
export function printFailure(error: unknown, context: Context): ExitCode {
	const red = paint(context.colour.stderr, 'red', 'bold');
	if (error instanceof GatecrashError) {
		const causes = error.code === 'GC_USAGE' ? [] : causesOf(error);
		const lines = [`${red('error')} ${error.message}`, ...causes.map((cause) => `  because: ${cause}`)];
		if (error.hint) lines.push(`  hint: ${error.hint}`);
		context.stderr(`${lines.join('\n')}\n`);
		return error.code === 'GC_USAGE' ? 64 : 3;
	}
	const stack = error instanceof Error ? (error.stack ?? error.message) : inspect(error);
	context.stderr(
		`${red('bug')} gatecrash ${context.version} did something that it never should.\n${stack}\n${whereToReport}\n`,
	);
	return 70;
}

function causesOf(error: Error): string[] {
	const causes: string[] = [];
	for (let cause = error.cause; cause instanceof Error && causes.length < 5; cause = cause.cause) {
		if (cause.message !== error.message) causes.push(cause.message.split('\n')[0] ?? '');
	}
	return causes;
}
