import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import type { Ledger, LedgerEntry } from '../model/cluster.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { ProcessMark } from '../model/process.ts';
import { currentProcess } from './process-mark.ts';

export const ledgerFile = 'ledger.jsonl';
export const ledgerSchemaVersion = 1;

/** One line of ledger.jsonl. The first says whose ledger it is, so that the file alone is enough to clean up. */
export type LedgerLine =
	| { is: 'run'; schemaVersion: typeof ledgerSchemaVersion; run: string; process: ProcessMark }
	| { is: 'intended' | 'undone'; at: string; entry: LedgerEntry };

export interface OpenLedger extends Ledger {
	/** Entries whose thing is not gone again, as far as was written down. */
	standing(): LedgerEntry[];
	/** Whoever opened it closes it; after that nothing more can be intended. */
	close(): void;
}

/**
 * The ledger of a run; `file` must not exist yet and is made with the first entry, in a folder that exists by then.
 * Every line is on the disk, not only in the kernel, when the call returns: what is not written down must not be made.
 * Its methods throw GC_RUN_FOLDER when it can't be written.
 */
export function openLedger(file: string, run: string): OpenLedger {
	const standing = new Map<string, LedgerEntry>();
	let descriptor: number | undefined;
	let closed = false;
	const create = (): number => {
		const made = openSync(file, 'ax', 0o600);
		append(made, { is: 'run', schemaVersion: ledgerSchemaVersion, run, process: currentProcess() });
		syncFolder(dirname(file));
		return made;
	};
	const write = (line: LedgerLine): void =>
		attempt(file, () => {
			if (closed) throw new Error('the ledger is closed');
			descriptor ??= create();
			append(descriptor, line);
		});
	return {
		intend(given) {
			const entry = withAbsolutePath(given);
			write({ is: 'intended', at: new Date().toISOString(), entry });
			standing.set(ledgerKey(entry), entry);
		},
		undone(given) {
			// Late news of an undo is worth less than an orderly end.
			if (closed) return;
			const entry = withAbsolutePath(given);
			write({ is: 'undone', at: new Date().toISOString(), entry });
			standing.delete(ledgerKey(entry));
		},
		standing: () => [...standing.values()],
		close() {
			if (closed) return;
			closed = true;
			if (descriptor !== undefined) closeSync(descriptor);
		},
	};
}

/** The same for two entries about one thing, whatever the order of their keys. */
export function ledgerKey(entry: LedgerEntry): string {
	switch (entry.makes) {
		case 'kind-cluster':
			return JSON.stringify([entry.makes, entry.name]);
		case 'eks-cluster':
			return JSON.stringify([entry.makes, entry.account, entry.region, entry.name]);
		case 'container':
			return JSON.stringify([entry.makes, entry.engine, entry.name]);
		case 'fault':
			return JSON.stringify([entry.makes, entry.kubeconfig, entry.context, entry.fault]);
		case 'change':
		case 'object': {
			const { kubeconfig, context, apiVersion, kind, namespace, name } = entry;
			return JSON.stringify([entry.makes, kubeconfig, context, apiVersion, kind, namespace, name]);
		}
	}
}

/** Whoever cleans up may be in another folder, and have another KUBECONFIG. */
function withAbsolutePath(entry: LedgerEntry): LedgerEntry {
	if (entry.makes === 'container' || entry.makes === 'eks-cluster') return entry;
	if (entry.makes === 'kind-cluster') return { ...entry, kubeconfig: resolve(entry.kubeconfig) };
	const variable = process.env['KUBECONFIG'];
	const single = variable !== undefined && variable !== '' && !variable.includes(delimiter) ? variable : undefined;
	const kubeconfig = entry.kubeconfig ?? single;
	return { ...entry, kubeconfig: kubeconfig === undefined ? undefined : resolve(kubeconfig) };
}

/** A new file's name lives in its folder: without this a power cut may leave the folder without the ledger. */
function syncFolder(folder: string): void {
	const descriptor = openSync(folder, 'r');
	try {
		fsyncSync(descriptor);
	} finally {
		closeSync(descriptor);
	}
}

function append(descriptor: number, line: LedgerLine): void {
	const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
	let offset = 0;
	while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset);
	fsyncSync(descriptor);
}

function attempt<Value>(file: string, action: () => Value): Value {
	try {
		return action();
	} catch (cause) {
		throw new GatecrashError('GC_RUN_FOLDER', `${file} could not be written`, {
			cause,
			hint: 'nothing is made that could not be written down first; choose another folder with --out DIR',
		});
	}
}
