import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it; one that is there is left. Throws what the file system throws.
 *
 * Node's own `recursive` never ends where a folder can't be made in one that exists and the system calls that "no such
 * file or directory", as below /proc.
 */
export function makeFolder(folder: string): void {
	const above = dirname(folder);
	if (!existsSync(above)) makeFolder(above);
	try {
		mkdirSync(folder);
	} catch (error) {
		if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
	}
}
