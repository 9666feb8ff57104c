import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import type { LoadPolicyFile } from './policy-files.ts';
import { readTextFile } from './read-text-file.ts';

/** Reads policy files below the folder of a scenario file, and nothing else: no `..`, no absolute path, no link that leads out. */
export function policyFileLoader(scenarioFile: string): LoadPolicyFile {
	const folder = dirname(scenarioFile);
	return (path) => {
		const escape = {
			code: 'path-escape',
			problem: `${path} is outside the folder of the scenario file`,
			hint: 'put the policy file beside the scenario file, or below it',
		};
		if (isAbsolute(path) || path.split(/[\\/]/).includes('..') || path.includes('\0')) return escape;
		const file = normalize(join(folder, path));
		try {
			const real = relative(realpathSync(folder), realpathSync(file));
			if (isAbsolute(real) || real === '..' || real.startsWith(`..${sep}`)) return escape;
		} catch {
			return { code: 'file-missing', problem: `there is no file ${path}`, hint: `it is looked for at ${file}` };
		}
		const read = readTextFile(file);
		return 'text' in read ? { file, text: read.text } : read;
	};
}
