/**
 * As Promise.all, but rejects only when all have ended: what is still being made while its clean-up begins would stay
 * behind.
 */
export async function allDone<T>(promises: readonly Promise<T>[]): Promise<T[]> {
	await Promise.allSettled(promises);
	return Promise.all(promises);
}
