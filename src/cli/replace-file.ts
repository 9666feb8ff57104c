import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeFully } from '../history/write-fully.ts';
import { inBatches } from './in-batches.ts';
import { makeFolder } from './make-folder.ts';

/**
 * Writes a file in one step, beside it and then in its place, so that a reader never sees half of it, and a kill leaves
 * the old or the new one. Makes its folders. Behind a link, the file that it leads to is replaced. `content`: as one text, or in
 * pieces of any length where it may be longer than one text can be. Throws what the file system throws (and what the making
 * of pieces throws), and leaves nothing beside it then.
 */
export function replaceFile(file: string, content: string | Iterable<string>): void {
	makeFolder(dirname(file));
	const target = statSync(file, { throwIfNoEntry: false });
	// Of /dev/stderr or a pipe there is nothing to replace.
	if (target !== undefined && !target.isFile()) return writeAll(file, content);
	const real = target === undefined ? file : realpathSync(file);
	const temporary = join(dirname(real), `.${basename(real)}.${process.pid}`);
	try {
		writeAll(temporary, content);
		renameSync(temporary, real);
	} catch (error) {
		rmSync(temporary, { force: true });
		throw error;
	}
}

function writeAll(file: string, content: string | Iterable<string>): void {
	const descriptor = openSync(file, 'w');
	try {
		for (const text of inBatches(content)) writeFully(descriptor, text);
	} finally {
		closeSync(descriptor);
	}
}

/** Whether it can be replaced as often as wanted: whoever reads a pipe or a terminal wants the last text alone. */
export function isReplaceable(file: string): boolean {
	try {
		return statSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
	} catch {
		// Below a file that is no folder, say: writing it will tell.
		return true;
	}
}
