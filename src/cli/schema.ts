import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Action } from './actions.ts';
import { packageFolder } from '../package-folder.ts';

export const schema: Action<'schema'> = async (context) => {
	context.stdout(await readFile(join(packageFolder, 'schema', 'scenario.schema.json'), 'utf8'));
	return 0;
};
