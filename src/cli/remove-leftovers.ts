import { setTimeout as sleep } from 'node:timers/promises';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Leftover, LeftoverSearch } from './leftover.ts';
import { noteUndone } from './ledgers.ts';

/**
 * A call that a killed run had under way may still make something after the first look: Docker takes seconds for a node
 * on a busy machine. Each pause is twice as long as the one before, milliseconds.
 */
const rounds = 6;
const firstPause = 200;

/** Removes everything found, looks again, and writes into the ledgers what is gone. Returns what is left, as sentences. */
export async function removeLeftovers(
	first: LeftoverSearch,
	onRemoved: (leftover: Leftover) => void,
	onSettled: (line: string) => void,
): Promise<string[]> {
	let search = first;
	let failures: string[] = [];
	for (let round = 0; round < rounds && search.leftovers.length > 0; round += 1) {
		failures = await removeAll(search.leftovers, onRemoved);
		if (failures.length > 0) break;
		// Nothing comes again after the first look but where something did.
		if (round > 0) await sleep(firstPause * 2 ** round);
		const next = await search.again();
		if (search !== first) search.close();
		search = next;
	}
	const left = new Set(search.leftovers.map(({ run }) => run));
	for (const ledger of search.ledgers) {
		if (search.searched.has(ledger.id) && !left.has(ledger.id)) noteUndone(ledger, ledger.standing);
	}
	if (failures.length === 0) failures = search.leftovers.map(({ title, run }) => `${title} (run ${run}) came again`);
	if (failures.length + search.failures.length === 0) for (const line of await search.settled()) onSettled(line);
	// What could not be looked for at first is told by whoever looked.
	if (search !== first) {
		failures.push(...search.failures);
		search.close();
	}
	return failures;
}

/** One rank after the other, the things of a rank at once; a failure stops nothing. */
async function removeAll(leftovers: Leftover[], onRemoved: (leftover: Leftover) => void): Promise<string[]> {
	const failures: string[] = [];
	const ranks = [...new Set(leftovers.map(({ rank }) => rank))].sort((one, other) => one - other);
	for (const rank of ranks) {
		await Promise.all(
			leftovers
				.filter((leftover) => leftover.rank === rank)
				.map(async (leftover) => {
					try {
						await leftover.remove();
						onRemoved(leftover);
					} catch (error) {
						if (!(error instanceof GatecrashError)) throw error;
						failures.push(
							`${leftover.title} (run ${leftover.run}): ${error.message}${error.hint ? ` (${error.hint})` : ''}`,
						);
					}
				}),
		);
	}
	return failures;
}
