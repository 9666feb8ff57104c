import { type CommandSpec, commandNames, commands } from '../commands.ts';
import { type Flag, kebabName } from '../flag.ts';

/** What can be completed after a command. */
export interface CommandWords {
	name: string;
	summary: string;
	flags: FlagWords[];
}

export interface FlagWords {
	long: string;
	short: string | undefined;
	help: string;
	/** Undefined: it takes no value. Empty: any; files are offered. */
	values: readonly string[] | undefined;
}

/** From the table that the parser is made from, so that completion can't offer what is not there. */
export function completionWords(): CommandWords[] {
	return commandNames.map((name) => {
		const spec: CommandSpec = commands[name];
		return { name, summary: spec.summary, flags: Object.entries(spec.flags).map(flagWords) };
	});
}

function flagWords([key, flag]: [string, Flag]): FlagWords {
	const values = flag.kind === 'switch' ? undefined : 'choices' in flag ? (flag.choices ?? []) : [];
	return { long: `--${kebabName(key)}`, short: flag.short && `-${flag.short}`, help: flag.help, values };
}
