import { writeSync } from 'node:fs';

/** A write to a full pipe or disk may be short; a half line in the middle of the file would make it unreadable. */
export function writeFully(descriptor: number, content: string | Uint8Array): void {
	const bytes = typeof content === 'string' ? Buffer.from(content) : content;
	let offset = 0;
	while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset);
}
