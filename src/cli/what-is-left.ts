import { resolve } from 'node:path';
import { nameOf } from '../kube/kube-object.ts';
import type { LedgerEntry } from '../model/cluster.ts';
import { commands } from './commands.ts';
import type { RunFolder } from './run-folder.ts';

/** What a run made and did not take away again, and the command that does. */
export function whatIsLeft(standing: LedgerEntry[], place: RunFolder, out: string): string {
	if (standing.length === 0) return 'Nothing is left of it: what ran on this machine ends with this process.';
	const shown = standing.slice(0, 5).map(describeEntry);
	const more = standing.length > shown.length ? ` and ${standing.length - shown.length} more` : '';
	return `Left: ${shown.join(', ')}${more}. This deletes it:\n\n  ${cleanCommand(place, out, standing)}\n`;
}

/** Works from the folder in which the run was started. */
export function cleanCommand(place: RunFolder, out: string, standing: readonly LedgerEntry[] = []): string {
	const cloud = standing.some(({ makes }) => makes === 'eks-cluster') ? ' --cloud' : '';
	const where = resolve(out) === resolve(commands.run.flags.out.default) ? '' : ` --out ${quote(out)}`;
	return `gatecrash clean${cloud} --run ${place.id}${where} --yes`;
}

export function describeEntry(entry: LedgerEntry): string {
	if (entry.makes === 'kind-cluster') return `kind cluster ${entry.name}`;
	if (entry.makes === 'eks-cluster') return `EKS cluster ${entry.name} in ${entry.region}, account ${entry.account}`;
	if (entry.makes === 'container') return `container ${entry.name}`;
	if (entry.makes === 'fault') return `fault ${entry.fault} in force`;
	const object = nameOf(entry);
	return entry.makes === 'change' ? `${object} changed` : object;
}

/** For a POSIX shell. */
function quote(text: string): string {
	return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
