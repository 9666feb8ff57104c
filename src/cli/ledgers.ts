import { appendFileSync, existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ledgerFile } from '../run/ledger.ts';
import { type RecordedLedger, readLedger } from '../run/read-ledger.ts';
import { stateOf } from '../run/process-mark.ts';
import type { LedgerEntry } from '../model/cluster.ts';

/** A run as far as its folder tells. */
export interface LedgerOfRun extends RecordedLedger {
	id: string;
	file: string;
	state: 'alive' | 'dead' | 'unknown';
}

/** The ledgers below `out`, or the one of `run` (an id, a folder, or `latest`), where there are any. */
export function findLedgers(out: string, run: string | undefined): LedgerOfRun[] {
	const folders =
		run === undefined
			? entriesOf(out)
					.filter((name) => name !== 'latest')
					.map((name) => join(out, name))
			: [existsSync(join(run, ledgerFile)) ? run : join(out, run)];
	return folders.flatMap((folder) => {
		const file = join(folder, ledgerFile);
		if (!existsSync(file)) return [];
		const ledger = readLedger(file);
		// A kill while the first line was written: nothing was made.
		const id = ledger.run ?? basename(resolve(folder));
		return [{ ...ledger, id, file, state: ledger.process ? stateOf(ledger.process) : 'unknown' }];
	});
}

/** Writes down that these are gone, so that the next `clean` need not look for them again. */
export function noteUndone({ file }: LedgerOfRun, entries: readonly LedgerEntry[]): void {
	const lines = entries.map((entry) => JSON.stringify({ is: 'undone', at: new Date().toISOString(), entry }));
	// The newline before ends a line that a kill cut off.
	if (lines.length > 0) appendFileSync(file, `\n${lines.join('\n')}\n`);
}

function entriesOf(folder: string): string[] {
	return existsSync(folder) ? readdirSync(folder).sort() : [];
}
