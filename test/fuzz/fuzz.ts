import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { defaultAgentLimits } from '../../src/model/agent.ts';
import type { Cluster } from '../../src/model/cluster.ts';
import { Batch, type Finding } from './batch.ts';
import { emptyTally, type Tally } from './tally.ts';

export interface FuzzOptions {
	cluster: Cluster;
	/** Of the first batch; the others count on from it. An integer of 32 bits. */
	seed: number;
	/** Ends after so many policy sets, */
	sets: number;
	/** or so many milliseconds, whichever comes first. */
	duration?: number;
	setsPerTopology: number;
	/** Topologies deployed at the same time. */
	lanes: number;
	path?: string;
	/** Milliseconds that looking for a smaller case may take. */
	shrinkFor?: number;
	timing?: { waitFloor?: number; settleBound?: number; hold?: number };
	onProgress?: (tally: Tally) => void;
}

export interface FuzzReport {
	tally: Tally;
	/** Batches that are under way when the first comes in are ended, so there is seldom more than one. */
	findings: Finding[];
}

/** Random policy sets on random topologies until one differs or there were enough. Brings the cluster up and down. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
	const { cluster, timing = {} } = options;
	const report: FuzzReport = { tally: emptyTally(), findings: [] };
	const abort = new AbortController();
	// One for each deployment that was ever made.
	setMaxListeners(0, abort.signal);
	const until = performance.now() + (options.duration ?? Number.POSITIVE_INFINITY);
	try {
		const facts = await cluster.up(abort.signal);
		const settings = { run: `fuzz-${options.seed}`, key: randomBytes(32).toString('hex'), limits: defaultAgentLimits };
		const context = {
			...{ cluster, facts, settings, signal: abort.signal },
			...{ waitFloor: cluster.timing.waitFloor, settleBound: 0, hold: 0, ...timing },
		};
		let next = 0;
		let promised = 0;
		const isStopped = () => report.findings.length > 0 || performance.now() > until;
		const lane = async () => {
			while (promised < options.sets && !isStopped()) {
				const sets = Math.min(options.setsPerTopology, options.sets - promised);
				promised += sets;
				const seed = (options.seed + next++) | 0;
				const { path, shrinkFor = 60_000, onProgress } = options;
				const onCase = () => onProgress?.(report.tally);
				const finding = await new Batch({
					...{ seed, sets, context, tally: report.tally, isStopped, shrinkFor, onCase },
					...(path !== undefined && { path }),
				}).run();
				if (finding) report.findings.push(finding);
			}
		};
		await Promise.all(Array.from({ length: options.lanes }, lane));
	} finally {
		abort.abort();
		await cluster.down();
	}
	return report;
}
