/**
 * One flag of a command. Its key in the table is the name in camel case; `--fail-fast` and `GATECRASH_FAIL_FAST`
 * follow from it, so help, docs/cli.md and the environment can't disagree.
 */
export type Flag = {
	/** One sentence for help and docs, without a full stop. */
	help: string;
	/** One letter: `v` for `-v`. */
	short?: string;
} & (
	| { kind: 'switch' }
	| { kind: 'text'; value: string; default?: string }
	/** May be given several times; in the environment separated by commas. */
	| { kind: 'texts'; value: string; choices?: readonly string[] }
	| { kind: 'count'; value: string; least: number; default?: number }
	/** Written as Go writes durations (`500ms`, `1m30s`); milliseconds once read. */
	| { kind: 'duration'; value: string }
	| { kind: 'choice'; value: string; choices: readonly string[]; default?: string }
);

export type Flags = Record<string, Flag>;

type ValueOf<F extends Flag> = F extends { kind: 'switch' }
	? boolean
	: F extends { kind: 'texts' }
		? string[]
		: F extends { kind: 'count' }
			? F extends { default: number }
				? number
				: number | undefined
			: F extends { kind: 'duration' }
				? number | undefined
				: F extends { kind: 'choice'; choices: readonly (infer Choice)[] }
					? F extends { default: string }
						? Choice
						: Choice | undefined
					: F extends { default: string }
						? string
						: string | undefined;

/** What a command gets: every flag of its table, with the type that its kind has. */
export type FlagValues<Table extends Flags> = { -readonly [Name in keyof Table]: ValueOf<Table[Name]> };

/** `failFast` -> `fail-fast`. */
export function kebabName(name: string): string {
	return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `failFast` -> `GATECRASH_FAIL_FAST`. */
export function environmentName(name: string): string {
	return `GATECRASH_${kebabName(name).replaceAll('-', '_').toUpperCase()}`;
}
