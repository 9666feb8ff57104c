import { existsSync } from 'node:fs';
import type { CommandName, commands } from './commands.ts';
import type { ConfiguredFlags } from './config-file.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import { configFile } from './config-name.ts';
import type { FlagValues } from './flag.ts';
import { type GivenFlags, readFlags } from './read-flags.ts';
import { commands as table } from './commands.ts';

/** Runs one command. Rejects with GatecrashError when the world fails or the usage is wrong. */
export type Action<Name extends CommandName> = (
	context: Context,
	args: string[],
	flags: FlagValues<(typeof commands)[Name]['flags']>,
) => Promise<ExitCode>;

/** Each command is imported only when it is used, so that help and version stay quick. */
const actions: { [Name in CommandName]: () => Promise<Action<Name>> } = {
	run: async () => (await import('./run.ts')).run,
	watch: async () => (await import('./watch.ts')).watch,
	validate: async () => (await import('./validate.ts')).validate,
	list: async () => (await import('./list.ts')).list,
	plan: async () => (await import('./plan.ts')).plan,
	explain: async () => (await import('./explain.ts')).explain,
	mutate: async () => (await import('./mutate.ts')).mutate,
	generate: async () => (await import('./generate.ts')).generate,
	judge: async () => (await import('./judge.ts')).judge,
	report: async () => (await import('./report.ts')).report,
	diff: async () => (await import('./diff.ts')).diff,
	merge: async () => (await import('./merge.ts')).merge,
	trend: async () => (await import('./trend.ts')).trend,
	cluster: async () => (await import('./cluster.ts')).cluster,
	clean: async () => (await import('./clean.ts')).clean,
	rbac: async () => (await import('./rbac.ts')).rbac,
	doctor: async () => (await import('./doctor.ts')).doctor,
	init: async () => (await import('./init.ts')).init,
	completion: async () => (await import('./completion.ts')).completion,
	schema: async () => (await import('./schema.ts')).schema,
	version: async () => (await import('./version.ts')).version,
};

export async function invoke<Name extends CommandName>(
	name: Name,
	context: Context,
	args: string[],
	given: GivenFlags,
): Promise<ExitCode> {
	const configured = await configuredFlags(name, context);
	if (configured === undefined) return 64;
	const flags = readFlags(table[name].flags as (typeof commands)[Name]['flags'], given, context.env, configured);
	const action = await actions[name]();
	return action(context, args, flags);
}

/** Of the configuration file, where there is one and the command has flags; undefined: it is wrong, which was printed. */
async function configuredFlags(name: CommandName, context: Context): Promise<ConfiguredFlags | undefined> {
	// Most folders have none, and reading YAML takes longer than `version` does.
	if (Object.keys(table[name].flags).length === 0 || !existsSync(configFile)) return {};
	const { readConfigFile } = await import('./config-file.ts');
	const { flags, diagnostics } = readConfigFile();
	if (diagnostics.length === 0) return flags;
	(await import('./diagnostics.ts')).printDiagnostics(diagnostics, context);
	return undefined;
}
