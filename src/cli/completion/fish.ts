import type { CommandWords, FlagWords } from './words.ts';

/** For `~/.config/fish/completions/gatecrash.fish`; https://fishshell.com/docs/current/cmds/complete.html */
export function fishCompletion(commands: CommandWords[]): string {
	return [
		'# gatecrash completion for fish; made by `gatecrash completion fish`',
		...commands.map(
			({ name, summary }) => `complete -c gatecrash -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
		),
		...commands.flatMap(({ name, words, flags }) => [
			...words.map((word) => `complete -c gatecrash -n '__fish_seen_subcommand_from ${name}' -f -a ${word}`),
			...flags.map((flag) => flagLine(name, flag)),
		]),
		'',
	].join('\n');
}

function flagLine(command: string, { long, short, help, values, suggestions }: FlagWords): string {
	const words = [
		`complete -c gatecrash -n '__fish_seen_subcommand_from ${command}' -l ${long.slice(2)}`,
		...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
		...(values === undefined ? [] : values.length > 0 ? [`-x -a ${quote(values.join(' '))}`] : ['-r']),
		...(suggestions.length === 0 ? [] : [`-a ${quote(suggestions.join(' '))}`]),
		`-d ${quote(help)}`,
	];
	return words.join(' ');
}

function quote(text: string): string {
	return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
