#!/usr/bin/env node
import { writeSync } from 'node:fs';
import { wantsColour } from './cli/colour.ts';
import { runCommandLine } from './cli/command-line.ts';
import type { Context } from './cli/context.ts';
import { packageVersion } from './cli/package-version.ts';
import { printFailure } from './cli/print-failure.ts';

const context: Context = {
	stdout: (text) => void process.stdout.write(text),
	stderr: (text) => void process.stderr.write(text),
	env: process.env,
	colour: { stdout: wantsColour(process.stdout, process.env), stderr: wantsColour(process.stderr, process.env) },
	// A narrow terminal gets narrower matrices; a wide one does not make text easier to read.
	width: Math.min(100, Math.max(60, process.stdout.columns ?? 100)),
	interactive: process.stderr.isTTY === true && !process.env['CI'],
	argv: process.argv.slice(2),
	version: packageVersion(),
	leave: (code, message) => {
		// Past the stream, which the progress view may hold back.
		writeSync(2, message);
		process.exit(code);
	},
};

// `gatecrash plan --json | head` closes the pipe early: that is the reader's choice and must not change the exit code.
for (const stream of [process.stdout, process.stderr]) {
	stream.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code !== 'EPIPE') throw error;
	});
}
process.on('uncaughtException', (error) => process.exit(printFailure(error, context)));

const exitCode = await runCommandLine(context).catch((error: unknown) => printFailure(error, context));
// Waits until everything is written; then leaves even if something still holds the event loop.
process.stdout.write('', () => process.exit(exitCode));
