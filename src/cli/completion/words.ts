import type { CommandSpec } from '../command-spec.ts';
import { commandNames, commands } from '../commands.ts';
import { type Flag, kebabName } from '../flag.ts';

/** What can be completed after a command. */
export interface CommandWords {
	name: string;
	summary: string;
	/** What its first argument may be; empty: anything, files are offered. */
	words: readonly string[];
	flags: FlagWords[];
}

export interface FlagWords {
	long: string;
	short: string | undefined;
	help: string;
	/** Undefined: it takes no value. Empty: any; files are offered. */
	values: readonly string[] | undefined;
	/** Names that it knows, where files and others do as well. */
	suggestions: readonly string[];
}

/**
 * From the table that the parser is made from, so that completion can't offer what is not there. `known`: names for the
 * values of flags, by the flag's key.
 */
export function completionWords(known: Record<string, readonly string[]> = {}): CommandWords[] {
	return commandNames.map((name) => {
		const { summary, argument, flags }: CommandSpec = commands[name];
		const words = argument?.words ?? [];
		return { name, summary, words, flags: Object.entries(flags).map((entry) => flagWords(entry, known)) };
	});
}

function flagWords([key, flag]: [string, Flag], known: Record<string, readonly string[]>): FlagWords {
	const values = flag.kind === 'switch' ? undefined : 'choices' in flag ? (flag.choices ?? []) : [];
	const suggestions = values?.length === 0 ? (known[key] ?? []) : [];
	return { long: `--${kebabName(key)}`, short: flag.short && `-${flag.short}`, help: flag.help, values, suggestions };
}
