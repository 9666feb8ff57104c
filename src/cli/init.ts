import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Action } from './actions.ts';
import { makeFolder } from './make-folder.ts';
import { sampleScenario } from './sample-scenario.ts';

const fileName = 'only-the-shop-front.yaml';

export const init: Action<'init'> = async (context, args, flags) => {
	const folder = args[0] ?? 'scenarios';
	const file = join(folder, fileName);
	if (existsSync(file) && !flags.force) {
		throw new GatecrashError('GC_USAGE', `${file} is there already`, {
			hint: 'overwrite it with --force, or name another folder',
		});
	}
	try {
		makeFolder(folder);
		writeFileSync(file, sampleScenario);
	} catch (cause) {
		throw new GatecrashError('GC_RUN_FOLDER', `${file} could not be written`, { cause });
	}
	context.stdout(`wrote ${file}\n\nnext:\n  gatecrash validate ${folder}\n  gatecrash run ${folder}\n`);
	return 0;
};
