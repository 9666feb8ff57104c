import { Command, CommanderError, Option } from 'commander';
import { invoke } from './actions.ts';
import type { CommandSpec } from './command-spec.ts';
import { commandNames, commands } from './commands.ts';
import type { Context } from './context.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { configFile } from './config-name.ts';
import { type Flag, kebabName } from './flag.ts';
import type { GivenFlags } from './read-flags.ts';

/** Parses the arguments and runs the command they name; 64 when they name none. Rejects with what the command rejects with. */
export async function runCommandLine(context: Context): Promise<ExitCode> {
	let exitCode: ExitCode = 64;
	const program = buildProgram(context, (code) => {
		exitCode = code;
	});
	try {
		await program.parseAsync(context.argv, { from: 'user' });
		return exitCode;
	} catch (error) {
		// Help and usage errors: commander has already written what there is to say. Its own exit code for both is 1 or 0.
		if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 64;
		throw error;
	}
}

/** The parser made from the table of commands; exported for the generated documentation and completion. */
export function buildProgram(context: Context, onDone: (code: ExitCode) => void): Command {
	const program = new Command('gatecrash')
		.description('Attempts every connection that a cluster’s policies forbid, and says which got through.')
		.exitOverride()
		.configureOutput({ writeOut: context.stdout, writeErr: context.stderr })
		.configureHelp({ helpWidth: 100 })
		.showHelpAfterError('Try `gatecrash help` or `gatecrash help COMMAND`.')
		.version(context.version, '--version', 'print the version')
		.addHelpText(
			'after',
			`\n${exitCodeHelp()}\n\nEvery flag can be set in the environment (--fail-fast is GATECRASH_FAIL_FAST), and most in ${configFile} (fail-fast: true).`,
		);
	for (const name of commandNames) {
		const spec: CommandSpec = commands[name];
		const command = program.command(name).description(spec.summary).exitOverride();
		command.configureHelp({ helpWidth: 100 });
		const before = Object.entries(spec.argument?.before ?? {});
		for (const [first, help] of before) command.argument(`<${first}>`, help);
		if (spec.argument) command.argument(argumentSyntax(spec.argument), spec.argument.help);
		for (const [key, flag] of Object.entries(spec.flags)) command.addOption(optionOf(key, flag));
		command.addHelpText('after', `\nExamples:\n${spec.examples.map((example) => `  $ ${example}`).join('\n')}`);
		command.action(async () => {
			const args = spec.argument?.many ? command.args : command.args.slice(0, 1 + before.length);
			onDone(await invoke(name, context, args, command.opts<GivenFlags>()));
		});
	}
	return program;
}

export function argumentSyntax(argument: NonNullable<CommandSpec['argument']>): string {
	const inner = argument.many ? `${argument.name}...` : argument.name;
	return argument.required ? `<${inner}>` : `[${inner}]`;
}

/** `-v, --verbose`, `--settle <DURATION>`. */
export function flagSyntax(key: string, flag: Flag): string {
	const value = flag.kind === 'switch' ? '' : ` <${flag.value}>`;
	return `${flag.short ? `-${flag.short}, ` : ''}--${kebabName(key)}${value}`;
}

function optionOf(key: string, flag: Flag): Option {
	const shown = 'default' in flag && flag.default !== undefined ? ` (default: ${flag.default})` : '';
	const option = new Option(flagSyntax(key, flag), `${flag.help}${shown}`);
	// Values and the environment are read by read-flags.ts, which also checks them; commander only collects the text.
	if (flag.kind === 'texts')
		option.argParser((text: string, before: string[] | undefined) => [...(before ?? []), text]);
	return option;
}

function exitCodeHelp(): string {
	const lines = Object.entries(exitCodes).map(([code, means]) => `  ${code.padStart(3)}  ${means}`);
	return ['Exit codes:', ...lines].join('\n');
}
