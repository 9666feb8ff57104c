/** Beyond that many candidates a suggestion isn't worth its time. */
const maximumCandidates = 500;

/** The candidate that was most likely meant, as a hint; undefined when none is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
	let best: string | undefined;
	let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
	for (const candidate of [...candidates].slice(0, maximumCandidates)) {
		const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance);
		if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
	}
	return best === undefined ? undefined : `did you mean ${best}?`;
}

/** "did you mean ...?", or what there is to choose from. */
export function chooseFrom(word: string, candidates: readonly string[], what: string): string {
	const near = didYouMean(word, candidates);
	if (near !== undefined) return near;
	if (candidates.length === 0) return `there are no ${what} in this scenario`;
	const shown = candidates.slice(0, 8).join(', ');
	return `${what}: ${shown}${candidates.length > 8 ? ', ...' : ''}`;
}

/** Insertions, deletions, substitutions and swaps of neighbours; at least `limit` when the words are further apart. */
function editDistance(a: string, b: string, limit: number): number {
	if (Math.abs(a.length - b.length) >= limit || a.length > 100) return limit;
	let beforeLast: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, column) => column);
	for (let row = 1; row <= a.length; row++) {
		const current = [row];
		for (let column = 1; column <= b.length; column++) {
			const same = a[row - 1] === b[column - 1];
			let cost = Math.min(
				(last[column] ?? 0) + 1,
				(current[column - 1] ?? 0) + 1,
				(last[column - 1] ?? 0) + (same ? 0 : 1),
			);
			if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
				cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
			}
			current.push(cost);
		}
		beforeLast = last;
		last = current;
	}
	return last[b.length] ?? limit;
}
