import { readFileSync } from 'node:fs';
import type { LossCounters } from '../../model/cluster.ts';

/**
 * Sums a /proc/net/stat file (a header line, then one line of hexadecimal numbers for each processor). Columns are
 * found by name: kernels differ in which they have. An absent column counts as 0.
 */
export function sumStatistics(text: string): (column: string) => number {
	const [header = '', ...rows] = text.trim().split('\n');
	const columns = header.trim().split(/\s+/);
	const numbers = rows.map((row) => row.trim().split(/\s+/));
	return (column) => {
		const index = columns.indexOf(column);
		if (index < 0) return 0;
		return numbers.reduce((sum, row) => sum + Number.parseInt(row[index] ?? '0', 16), 0);
	};
}

/**
 * Loss counters of the network namespace of a process. `insert_failed` counts packets that were dropped because a
 * connection with the same addresses was entered at the same time; clashes that the kernel resolves without a loss
 * (`clash_resolve`, usual for UDP behind a Service) have a counter of their own. Neighbour tables are shown only in
 * the machine's first namespace on most kernels; in a fabric all entries are permanent, and such tables can't overflow.
 */
export function readLossCounters(pid: number): LossCounters {
	// The kernel answers at once: going by other threads costs many times more than reading.
	const [conntrack, arp, ndisc] = ['nf_conntrack', 'arp_cache', 'ndisc_cache'].map((name) =>
		sumStatistics(readIfThere(`/proc/${pid}/net/stat/${name}`)),
	);
	return {
		conntrackDrop: (conntrack?.('drop') ?? 0) + (conntrack?.('early_drop') ?? 0),
		conntrackInsertFailed: conntrack?.('insert_failed') ?? 0,
		neighbourTableFull: (arp?.('table_fulls') ?? 0) + (ndisc?.('table_fulls') ?? 0),
	};
}

function readIfThere(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}

/** Of several network namespaces. */
export function sumLosses(all: readonly LossCounters[]): LossCounters {
	const sum = (name: keyof LossCounters) => all.reduce((total, counters) => total + counters[name], 0);
	return {
		conntrackDrop: sum('conntrackDrop'),
		conntrackInsertFailed: sum('conntrackInsertFailed'),
		neighbourTableFull: sum('neighbourTableFull'),
	};
}
