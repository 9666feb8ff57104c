import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { FileNames } from '../report/github.ts';

/**
 * What files are called from the root of the repository around `folder`; without a repository, from `folder`. Files
 * elsewhere keep their absolute path. With `/` between folders on every system.
 */
export function repositoryNames(folder = '.'): FileNames {
	const here = realpathSync(folder);
	const root = rootAbove(here) ?? here;
	return (file) => {
		const path = resolve(here, file);
		const real = existsSync(path) ? realpathSync(path) : path;
		const name = relative(root, real);
		return name === '' || name === '..' || name.startsWith(`..${sep}`) ? real : name.replaceAll(sep, '/');
	};
}

/** `.git` is a folder, or a file in a work tree of its own. */
function rootAbove(folder: string): string | undefined {
	if (existsSync(join(folder, '.git'))) return folder;
	const parent = dirname(folder);
	return parent === folder ? undefined : rootAbove(parent);
}
