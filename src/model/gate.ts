import type { SourcePosition } from './diagnostic.ts';
import type { Verdict } from './verdict.ts';

/** One entry of a waivers file: a case that may fail for now. It acts on the gate alone, never on a verdict. */
export interface Waiver {
	/** A case id; each `*` stands for a part of it without `/`. */
	case: string;
	/** With a pattern: how many cases it may stand for. */
	cells?: number;
	reason: string;
	link?: string;
	/** The last day (UTC) on which it holds: `2026-12-31`. */
	expires?: string;
	/** Only where this program enforces, for example `calico`. */
	engine?: string;
	/** Only with these versions of it: a range of semantic versions. */
	versions?: string;
	position: SourcePosition;
}

/** What a run is held against beside its own declarations; kept in its folder, so that judging again gives the same. */
export interface GateInput {
	waivers: Waiver[];
	baseline?: { run: string; cells: Record<string, Verdict> };
}

/**
 * `used`: it waives at least one failing case. `not-needed`: its cases were attempted and none failed. `not-attempted`: no
 * case of it is in this run. `expired` and `other-engine`: it waives nothing.
 */
export type WaiverState = 'used' | 'not-needed' | 'not-attempted' | 'expired' | 'other-engine';

export interface WaiverUse extends Waiver {
	state: WaiverState;
	/** What became of it, as a sentence. */
	text: string;
	/** Ids of the cells that it waives. */
	waived: string[];
}

/** What waivers and a baseline make of the verdicts of a run. */
export interface Gate {
	/** As the judge's, with waived cells left out; 1 also where a waiver has expired. */
	exitCode: 0 | 1 | 2;
	waivers: WaiverUse[];
	baseline?: BaselineComparison;
}

/** Annotates; no exit code depends on it. `new` and `known` are failing cells, `fixed` failed then and does not now. */
export interface BaselineComparison {
	run: string;
	new: string[];
	known: string[];
	fixed: string[];
}
