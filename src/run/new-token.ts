import { randomFillSync } from 'node:crypto';

const length = 12;
/** Asking the kernel for each token would take longer than all else about a try. */
const pool = Buffer.alloc(length * 512);
let used = pool.length;

/** A random token that nobody can guess and that no two tries share: 24 hexadecimal digits. */
export function newToken(): string {
	if (used === pool.length) {
		randomFillSync(pool);
		used = 0;
	}
	used += length;
	return pool.toString('hex', used - length, used);
}
