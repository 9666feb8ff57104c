import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { bashCompletion } from '../../src/cli/completion/bash.ts';
import { fishCompletion } from '../../src/cli/completion/fish.ts';
import { completionWords } from '../../src/cli/completion/words.ts';
import { zshCompletion } from '../../src/cli/completion/zsh.ts';
import { commandNames, commands } from '../../src/cli/commands.ts';
import { kebabName } from '../../src/cli/flag.ts';

/** What bash itself offers for a line that is being typed. */
function offered(...words: string[]): string[] {
	const script = [
		bashCompletion(completionWords({ inject: ['ports-ignored', 'peers-ignored'], cluster: ['embedded'] })),
		`COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})`,
		`COMP_CWORD=${words.length - 1}`,
		'_gatecrash',
		'printf "%s\\n" "${COMPREPLY[@]}"',
	].join('\n');
	return execFileSync('bash', ['-c', script], { encoding: 'utf8' })
		.split('\n')
		.filter((line) => line !== '');
}

describe('shell completion', () => {
	it('of bash offers commands, flags and their values', () => {
		expect(offered('gatecrash', 'ru')).to.deep.equal(['run']);
		expect(offered('gatecrash', '')).to.include.members([...commandNames]);
		expect(offered('gatecrash', 'run', '--waiv')).to.deep.equal(['--waivers']);
		expect(offered('gatecrash', 'run', '--keep', 'on')).to.deep.equal(['on-failure']);
		expect(offered('gatecrash', 'run', 'x.yaml', '--reporter', 'ju')).to.deep.equal(['junit']);
		expect(offered('gatecrash', 'version', '--wai')).to.deep.equal([]);
		expect(offered('gatecrash', 'cluster', '')).to.deep.equal(['up', 'down', 'list']);
		expect(offered('gatecrash', 'completion', 'z')).to.deep.equal(['zsh']);
		expect(offered('gatecrash', 'run', '--inject', 'po')).to.deep.equal(['ports-ignored']);
		// A definition file does as well as a name.
		expect(offered('gatecrash', 'run', '--cluster', 'e')).to.deep.equal(['embedded']);
		expect(offered('gatecrash', 'run', '--cluster', 'package.')).to.deep.equal(['package.json']);
	});

	it('knows every flag of every command, in each shell', () => {
		const scripts = [bashCompletion, zshCompletion, fishCompletion].map((render) => render(completionWords()));
		for (const name of commandNames) {
			for (const key of Object.keys(commands[name].flags)) {
				const flag = kebabName(key);
				expect(scripts[0]).to.match(new RegExp(`--${flag}[ ']`));
				expect(scripts[1]).to.include(`*--${flag}[`);
				expect(scripts[2]).to.include(`-n '__fish_seen_subcommand_from ${name}' -l ${flag}`);
			}
		}
	});

	it('quotes what help says', () => {
		for (const line of fishCompletion(completionWords())
			.split('\n')
			.filter((one) => one.startsWith('complete'))) {
			expect(line.replaceAll("\\'", '').match(/'/g)?.length ?? 0).to.satisfy((count: number) => count % 2 === 0);
		}
	});
});
