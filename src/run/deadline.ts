import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves with the promise's value, or with `undefined` once `milliseconds` have passed. Never leaves a timer behind. */
export async function withinDeadline<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
	const timer = new AbortController();
	const late = sleep(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined);
	try {
		return await Promise.race([promise, late]);
	} finally {
		timer.abort();
	}
}
