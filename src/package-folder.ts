import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of gatecrash's package.json; found from the sources as well as from the bundle, which has other folders. */
export const packageFolder: string = findPackageFolder(dirname(fileURLToPath(import.meta.url)));

/** Whether the sources run as they are (tests), without the bundle that `npm run build` makes of them. */
export const fromSources: boolean = import.meta.url.endsWith('.ts');

function findPackageFolder(folder: string): string {
	const parent = dirname(folder);
	return existsSync(join(folder, 'package.json')) || parent === folder ? folder : findPackageFolder(parent);
}
