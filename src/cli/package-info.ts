import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of package.json: two levels up from src/cli/ as well as from dist/cli/. */
export const packageFolder: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export function packageVersion(): string {
	const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
	return version;
}
