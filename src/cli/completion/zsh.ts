import type { CommandWords, FlagWords } from './words.ts';

/** For a file `_gatecrash` in a folder of `fpath`; https://zsh.sourceforge.io/Doc/Release/Completion-System.html */
export function zshCompletion(commands: CommandWords[]): string {
	return [
		'#compdef gatecrash',
		'# made by `gatecrash completion zsh`',
		'_gatecrash() {',
		'	local -a commands=(',
		...commands.map(({ name, summary }) => `		${quote(`${name}:${summary.replaceAll(':', '\\:')}`)}`),
		'	)',
		'	if ((CURRENT == 2)); then',
		"		_describe 'command' commands",
		'		return',
		'	fi',
		'	local command=$words[2]',
		'	shift words',
		'	((CURRENT--))',
		'	case $command in',
		...commands.flatMap(({ name, words, flags }) => [
			`	${name})`,
			`		_arguments ${[...flags.map(argument), ...firstWord(words), "'*:file:_files'"].join(' ')}`,
			'		;;',
		]),
		'	esac',
		'}',
		'compdef _gatecrash gatecrash',
		'',
	].join('\n');
}

function firstWord(words: readonly string[]): string[] {
	return words.length === 0 ? [] : [quote(`1:word:(${words.join(' ')})`)];
}

function argument({ long, help, values }: FlagWords): string {
	const said = help.replaceAll(/[[\]:]/g, '\\$&');
	const value = values === undefined ? '' : `:value:${values.length > 0 ? `(${values.join(' ')})` : '_files'}`;
	return quote(`*${long}[${said}]${value}`);
}

function quote(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}
