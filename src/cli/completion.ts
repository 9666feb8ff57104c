import { bugs } from '../cluster/netns/bugs/catalogue.ts';
import { definedClusters } from '../cluster/read-definition.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Action } from './actions.ts';
import { bashCompletion } from './completion/bash.ts';
import { fishCompletion } from './completion/fish.ts';
import { type CommandWords, completionWords } from './completion/words.ts';
import { zshCompletion } from './completion/zsh.ts';

const shells: Record<string, (commands: CommandWords[]) => string> = {
	bash: bashCompletion,
	zsh: zshCompletion,
	fish: fishCompletion,
};

export const completion: Action<'completion'> = async (context, args) => {
	const shell = args[0] ?? '';
	const render = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
	if (render === undefined) {
		throw new GatecrashError('GC_USAGE', `there is no completion for "${shell}"`, {
			hint: `choose one of: ${Object.keys(shells).join(', ')}`,
		});
	}
	context.stdout(render(completionWords({ cluster: await definedClusters(), inject: bugs.map(({ name }) => name) })));
	return 0;
};
