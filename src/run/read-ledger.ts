import { readFileSync } from 'node:fs';
import type { LedgerEntry } from '../model/cluster.ts';
import { faultNames } from '../model/fault.ts';
import { isRecord } from '../model/is-record.ts';
import { ledgerKey, type LedgerLine } from './ledger.ts';
import type { ProcessMark } from '../model/process.ts';

export interface RecordedLedger {
	/** Undefined when even the first line is missing: the run was killed before it made anything. */
	run: string | undefined;
	process: ProcessMark | undefined;
	/** What was about to be made and is not known to be gone, in the order in which it was made. */
	standing: LedgerEntry[];
	/** The last line was cut off: a kill while it was written, so what it names was never made. */
	truncated: boolean;
	/** Numbers of complete lines that mean nothing: damaged by something else; what they named is found by label only. */
	damaged: number[];
}

/** Reads a ledger, also one whose writer was killed. Throws only when the file can't be read at all. */
export function readLedger(file: string): RecordedLedger {
	return parseLedger(readFileSync(file, 'utf8'));
}

/** Pure twin of `readLedger`. */
export function parseLedger(text: string): RecordedLedger {
	const lines = text.split('\n');
	const rest = lines.pop() ?? '';
	const ledger: RecordedLedger = {
		run: undefined,
		process: undefined,
		standing: [],
		truncated: rest !== '',
		damaged: [],
	};
	const standing = new Map<string, LedgerEntry>();
	lines.forEach((text, index) => {
		// `gatecrash clean` begins a line of its own, whatever a kill left behind.
		if (text === '') return;
		const line = parseLine(text);
		if (line === undefined) ledger.damaged.push(index + 1);
		else if (line.is === 'run') Object.assign(ledger, { run: line.run, process: line.process });
		else if (line.is === 'intended') standing.set(ledgerKey(line.entry), line.entry);
		else standing.delete(ledgerKey(line.entry));
	});
	ledger.standing = [...standing.values()];
	return ledger;
}

function parseLine(text: string): LedgerLine | undefined {
	try {
		const value: unknown = JSON.parse(text);
		if (!isRecord(value)) return undefined;
		if (value['is'] === 'run') {
			return typeof value['run'] === 'string' && isRecord(value['process']) ? (value as LedgerLine) : undefined;
		}
		if (value['is'] !== 'intended' && value['is'] !== 'undone') return undefined;
		return isEntry(value['entry']) ? (value as LedgerLine) : undefined;
	} catch {
		return undefined;
	}
}

function isEntry(value: unknown): value is LedgerEntry {
	if (!isRecord(value)) return false;
	if (value['makes'] === 'fault') return isFault(value['fault']) && isRecovery(value['recovery']);
	if (typeof value['name'] !== 'string') return false;
	if (value['makes'] === 'eks-cluster') {
		return typeof value['region'] === 'string' && typeof value['account'] === 'string';
	}
	if (value['makes'] === 'kind-cluster' || value['makes'] === 'container') return true;
	const isObject = value['makes'] === 'object' || value['makes'] === 'change';
	return isObject && typeof value['kind'] === 'string' && typeof value['apiVersion'] === 'string';
}

function isFault(value: unknown): boolean {
	return faultNames.some((fault) => fault === value);
}

/** Of a closed set of verbs: nothing else is ever carried out. */
function isRecovery(value: unknown): boolean {
	if (!isRecord(value)) return false;
	const texts = (...keys: string[]) => keys.every((key) => typeof value[key] === 'string');
	switch (value['do']) {
		case 'scale':
			return texts('namespace', 'deployment') && Number.isSafeInteger(value['replicas']);
		case 'await-ready':
			return texts('kind', 'namespace', 'name');
		case 'select-nodes':
			return texts('namespace', 'daemonSet') && isSelector(value['nodeSelector']);
		case 'start-nodes':
		case 'start-kubelets':
			return areTexts(value['containers']);
		case 'restore-api-server':
			return texts('container');
		default:
			return value['do'] === 'trust-one-root' && texts('file', 'secret', 'deployment');
	}
}

function isSelector(value: unknown): boolean {
	return value === null || (isRecord(value) && areTexts(Object.values(value)));
}

function areTexts(value: unknown): boolean {
	return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
