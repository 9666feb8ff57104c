import type { LedgerOfRun } from './ledgers.ts';

/** One thing that a run left, and how it is removed. */
export interface Leftover {
	title: string;
	run: string;
	/** Removed in this order: what acts on everybody first, clusters with all that is in them last. */
	rank: number;
	key: string;
	/** It is no thing that goes, but something broken that is made whole. */
	isHealed?: true;
	remove: () => Promise<unknown>;
}

export interface LeftoverSearch {
	leftovers: Leftover[];
	ledgers: LedgerOfRun[];
	/** What was not deleted on purpose, or could not be looked for. */
	notes: string[];
	/** Why the search itself is incomplete where something is known to be left. */
	failures: string[];
	/** Runs whose ledgers were searched without a failure. */
	searched: Set<string>;
	/** Once nothing is left: forgets what is gone, and resolves with what there is to say about it. */
	settled: () => Promise<string[]>;
	/** Looks again; what one search left under way may have come to be since. */
	again: () => Promise<LeftoverSearch>;
	close: () => void;
}

export interface CleanRequest {
	/** In an AWS account too, and where. */
	cloud?: boolean;
	regions: readonly string[];
	run: string | undefined;
	kubeconfig: string | undefined;
	context: string | undefined;
	out: string;
}
