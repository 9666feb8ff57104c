/**
 * Pairs of a pod of `from` and one of `to`, all of them, in an order that `seed` decides: as many different pods as there are
 * come first. A pod is no pair with itself.
 */
export function* shuffledPairs(
	from: readonly string[],
	to: readonly string[],
	seed: string,
): Generator<readonly [string, string]> {
	const clients = shuffled(from, `${seed} from`);
	const servers = shuffled(to, `${seed} to`);
	for (let offset = 0; offset < servers.length; offset += 1) {
		for (const [place, client] of clients.entries()) {
			const server = servers[(place + offset) % servers.length];
			if (server !== undefined && server !== client) yield [client, server];
		}
	}
}

/** Fisher and Yates, with mulberry32 as the source of chance: the same everywhere. */
function shuffled(names: readonly string[], seed: string): string[] {
	const result = [...names];
	let state = hashOf(seed);
	for (let last = result.length - 1; last > 0; last -= 1) {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		const other = ((mixed ^ (mixed >>> 14)) >>> 0) % (last + 1);
		const [one = '', two = ''] = [result[last], result[other]];
		result[last] = two;
		result[other] = one;
	}
	return result;
}

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/. */
function hashOf(text: string): number {
	let hash = 0x811c9dc5;
	for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
	return hash;
}
