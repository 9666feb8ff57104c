import type { CommandWords } from './words.ts';

/** For `source <(gatecrash completion bash)`; https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html */
export function bashCompletion(commands: CommandWords[]): string {
	const names = commands.map(({ name }) => name).join(' ');
	return [
		'# gatecrash completion for bash; made by `gatecrash completion bash`',
		'_gatecrash() {',
		'	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} flags= values= open=',
		'	if ((COMP_CWORD == 1)); then',
		`		mapfile -t COMPREPLY < <(compgen -W '${names} help --version --help' -- "$current")`,
		'		return',
		'	fi',
		'	case $command in',
		...commands.flatMap((command) => [
			`	${command.name})`,
			`		flags='${command.flags.flatMap(({ long, short }) => (short ? [short, long] : [long])).join(' ')} --help'`,
			...firstWords(command),
			...valueCases(command),
			'		;;',
		]),
		'	esac',
		'	if [[ -n $values ]]; then',
		'		mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current")',
		'		if [[ -n $open ]]; then',
		'			mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")',
		'			compopt -o filenames 2>/dev/null',
		'		fi',
		'	elif [[ $current == -* ]]; then',
		'		mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$current")',
		'	else',
		'		mapfile -t COMPREPLY < <(compgen -f -- "$current")',
		'		compopt -o filenames 2>/dev/null',
		'	fi',
		'}',
		'complete -F _gatecrash gatecrash',
		'',
	].join('\n');
}

function firstWords({ words }: CommandWords): string[] {
	return words.length === 0 ? [] : [`		((COMP_CWORD == 2)) && values='${words.join(' ')}'`];
}

function valueCases({ flags }: CommandWords): string[] {
	const cases = flags.flatMap(({ long, values = [], suggestions }) => {
		if (values.length > 0) return [`		${long}) values='${values.join(' ')}' ;;`];
		return suggestions.length > 0 ? [`		${long}) values='${suggestions.join(' ')}' open=yes ;;`] : [];
	});
	return cases.length === 0 ? [] : ['		case $previous in', ...cases, '		esac'];
}
