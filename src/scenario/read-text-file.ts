import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Larger than any scenario; reading more would only help whoever wants to slow a pipeline down. */
export const maximumFileSize = 256 * 1024;

export type ReadText = { text: string } | { code: string; problem: string; hint?: string };

/** The text of a regular file of bounded size in UTF-8, or why not. */
export function readTextFile(file: string): ReadText {
	let handle: number;
	try {
		// O_NONBLOCK: opening a named pipe must not wait for a writer
		handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
	} catch (error) {
		return unreadable(file, error);
	}
	try {
		const status = fstatSync(handle);
		if (!status.isFile())
			return { code: 'not-a-file', problem: `${file} is not a regular file`, hint: 'name a YAML file' };
		if (status.size > maximumFileSize) {
			const hint = `at most ${maximumFileSize / 1024} KiB`;
			return { code: 'too-large', problem: `the file has ${status.size} bytes`, hint };
		}
		const buffer = Buffer.alloc(maximumFileSize + 1);
		let length = 0;
		for (let read = -1; read !== 0 && length < buffer.length; length += read) {
			read = readSync(handle, buffer, length, buffer.length - length, null);
		}
		return decode(buffer.subarray(0, length));
	} catch (error) {
		return unreadable(file, error);
	} finally {
		closeSync(handle);
	}
}

function decode(bytes: Uint8Array): ReadText {
	if (bytes.includes(0))
		return { code: 'binary-file', problem: 'the file is binary', hint: 'a scenario is YAML text in UTF-8' };
	try {
		return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
	} catch {
		return { code: 'not-utf-8', problem: 'the file is not UTF-8 text', hint: 'save it as UTF-8' };
	}
}

function unreadable(file: string, error: unknown): ReadText {
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (code === 'ENOENT' || code === 'ENOTDIR')
		return { code: 'file-missing', problem: `there is no file ${file}`, hint: 'look at its path' };
	return {
		code: 'unreadable',
		problem: `${file} can’t be read${code === '' ? '' : ` (${code})`}`,
		hint: 'look at its rights',
	};
}
