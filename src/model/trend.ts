import type { Expectation } from './scenario.ts';
import type { Verdict } from './verdict.ts';

export const trendSchemaVersion = 1;

/** What a case came to over several nights, the kind that needs somebody first. docs/night.md has the rules. */
export const trendKinds = ['new', 'flapping', 'failing', 'fixed', 'unattempted'] as const;
export type TrendKind = (typeof trendKinds)[number];

/** One cell in one run. */
export interface CellPoint {
	verdict: Verdict;
	/** It failed, and the gate of that run lets it. */
	waived: boolean;
	expectation: Expectation;
}

/** `reply`: median round trip of a path. The others: from the acknowledgement of a change, or around a fault. */
export type Measure =
	| 'reply'
	| 'closing'
	| 'opening'
	| 'exposure'
	| 'outage'
	| `closed after ${string}`
	| `opened after ${string}`;

/** Milliseconds, with what it may be wrong by. `of`: a case id, or a scenario’s name for what all its paths share. */
export interface MeasurePoint {
	of: string;
	scenario: string;
	measure: Measure;
	value: number;
	error: number;
}

/** What a trend needs of one run; small, since there may be many. */
export interface RunSummary {
	run: string;
	/** Folder or file that it was read from. */
	place: string;
	startedAt: string;
	cluster: string;
	/** Version of the cluster, enforcers, CNI plugins and meshes. */
	engine: string;
	/** Bugs enforced on purpose. */
	injected: string[];
	version: string;
	verdict: Verdict;
	/** Ids of the runs that it was merged from. */
	shards: string[];
	cells: Map<string, CellPoint>;
	measures: MeasurePoint[];
}

export interface TrendRun {
	run: string;
	place: string;
	startedAt: string;
	engine: string;
	injected: string[];
	version: string;
	verdict: Verdict;
	/** From 0, the oldest first. */
	night: number;
	/** How many were attempted. */
	cells: number;
}

export interface TrendCase {
	id: string;
	/** One for each run of the cluster; undefined: not attempted. */
	verdicts: (Verdict | undefined)[];
	/** Place of the run in which it came to what it is now; of a flapping case, in which it changed last. */
	since: number;
	/** How often it changed between passing and failing. */
	changes: number;
	/** The gate of the last run that attempted it lets it fail. */
	waived: boolean;
	/** Of `new`: no earlier run attempted it. */
	first: boolean;
	/** Where the scenario declares something else now than in the run before the change. */
	declared?: { before: Expectation; now: Expectation };
}

/** A latency that left the range of the nights before. Milliseconds. */
export interface Drift {
	of: string;
	scenario: string;
	measure: Measure;
	/** Medians. */
	before: number;
	now: number;
	/** The least and the most of the nights before. */
	range: [number, number];
	/** One for each run of the cluster. */
	values: (number | undefined)[];
}

export interface ClusterTrend {
	cluster: string;
	/** The oldest first. */
	runs: TrendRun[];
	/** The last night has no run on it: nothing is said of what changed. */
	stale: boolean;
	cases: Record<TrendKind, TrendCase[]>;
	/** Cases that passed the last night and were not fixed in it; and those that passed when last attempted, before it. */
	passing: number;
	notAttempted: number;
	drift: Drift[];
	/** `v1.36.1, calico 3.30.1 → v1.36.1, calico 3.31.0`, and where. */
	engineChanges: { place: number; before: string; now: string }[];
}

export interface PassedOver {
	place: string;
	why: string;
}

/** What changed over a directory of runs. */
export interface Trend {
	schemaVersion: typeof trendSchemaVersion;
	/** Runs that began within so many milliseconds before the last one of a night belong to it. */
	nightSpan: number;
	nights: { from: string; to: string; runs: number }[];
	/** Older nights, which were not looked at. */
	olderNights: number;
	clusters: ClusterTrend[];
	passedOver: PassedOver[];
	/** 1: in the last night a path leaked or was broken that was not so the night before; 2: such a one was inconclusive, or nothing can be compared. */
	exitCode: 0 | 1 | 2;
}
