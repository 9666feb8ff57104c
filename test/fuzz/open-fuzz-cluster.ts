import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCluster } from '../../src/cluster/open-cluster.ts';
import type { Cluster } from '../../src/model/cluster.ts';
import { openLedger } from '../../src/run/ledger.ts';
import type { FuzzOptions } from './fuzz.ts';

export interface FuzzPlace extends Required<Pick<FuzzOptions, 'lanes' | 'setsPerTopology' | 'timing'>> {
	cluster: Cluster;
	/** After the cluster is down. */
	close(): void;
}

/**
 * A cluster by the name of its definition, and how a fuzz fits on it. `inject`: seeded bugs of the embedded cluster;
 * `environment`: where images and manifests are, as for the command line.
 */
export async function openFuzzCluster(
	name: string,
	inject: readonly string[] = [],
	environment: Record<string, string | undefined> = process.env,
): Promise<FuzzPlace> {
	if (name === 'embedded') {
		const cluster = await openCluster(name, { inject: [...inject] });
		return {
			cluster,
			lanes: cluster.parallelDeployments,
			setsPerTopology: 50,
			timing: { waitFloor: 120 },
			close: () => {},
		};
	}
	if (inject.length > 0) throw new Error('only the embedded cluster can be made to enforce wrongly');
	const folder = mkdtempSync(join(tmpdir(), 'gatecrash-fuzz-'));
	const run = `fuzz-${process.pid}`;
	const ledger = openLedger(join(folder, 'ledger.jsonl'), run);
	const { GATECRASH_MIRROR: mirror, GATECRASH_NODE_IMAGE: node, GATECRASH_AGENT_IMAGE: agent } = environment;
	const cluster = await openCluster(name, {
		...{ run, runFolder: folder, ledger, keep: () => false },
		...{ images: { ...(node && { node }), ...(agent && { agent }) }, ...(mirror && { mirror }) },
	});
	return {
		cluster,
		// Two at most: the cluster's own machine programs every change for both.
		...{ lanes: 2, setsPerTopology: 25, timing: { waitFloor: 300, settleBound: 8000, hold: 300 } },
		close: () => {
			ledger.close();
			// What could not be undone is found by `gatecrash clean` through this ledger only.
			if (ledger.standing().length === 0) rmSync(folder, { recursive: true, force: true });
		},
	};
}
