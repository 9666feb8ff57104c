import { readFile } from 'node:fs/promises';
import type { LossCounters } from '../../model/cluster.ts';
import { sumStatistics } from '../netns/loss-counters.ts';
import type { NodeReader } from './node-reader.ts';

/**
 * Loss counters of a cluster whose nodes are containers here. Connection tracking is each node's own. Neighbour tables
 * are the machine's, and their statistics are shown in its first network namespace only, where Docker's host is.
 */
export async function readNodeLosses(nodes: readonly NodeReader[]): Promise<LossCounters> {
	const [tables, ...conntracks] = await Promise.all([
		Promise.all(['arp_cache', 'ndisc_cache'].map((name) => readFile(`/proc/net/stat/${name}`, 'utf8').catch(() => ''))),
		...nodes.map((node) => node.read('/proc/net/stat/nf_conntrack')),
	]);
	const columns = conntracks.map(sumStatistics);
	const sum = (column: string) => columns.reduce((total, read) => total + read(column), 0);
	return {
		conntrackDrop: sum('drop') + sum('early_drop'),
		conntrackInsertFailed: sum('insert_failed'),
		neighbourTableFull: tables.reduce((total, text) => total + sumStatistics(text)('table_fulls'), 0),
	};
}
