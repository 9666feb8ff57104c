import type { IpFamily, Protocol } from './address.ts';
import type { ServerCertificate } from './agent.ts';
import type { ClusterFacts, Phase } from './cluster.ts';
import type { SourcePosition } from './diagnostic.ts';
import type { ChaosFaultName, FaultName } from './fault.ts';
import type { Gate, Waiver } from './gate.ts';
import type { OutcomeCode } from './outcome.ts';
import type { CellQuery, ChaosState, Prediction } from './plan.ts';
import type { AttemptKind, CertificateChoice, Expectation } from './scenario.ts';

export const verdictsSchemaVersion = 1;

/** In the order in which they combine: the worst first. */
export const verdicts = ['leak', 'broken', 'inconclusive', 'skipped', 'unprotected', 'observed', 'enforced'] as const;
export type Verdict = (typeof verdicts)[number];

/** Which side differs from the other two; undefined where there is no prediction, or nothing differs. */
export type Diagnosis = 'engine' | 'policy';

/** How a blocked cell was shown to be blocked rather than dead. */
export type Proof = 'bracketed' | 'contrast' | 'none';

/** A machine-readable code and a sentence for people. docs/verdicts.md lists the codes. */
export interface Reason {
	code: string;
	text: string;
}

export interface CellVerdict {
	id: string;
	scenario: string;
	kind: AttemptKind;
	from: string;
	to: string;
	port: number;
	protocol: Protocol;
	family: IpFamily;
	phase: string | undefined;
	/** The target speaks first. */
	first?: 'server';
	/** Where it arrives when what is dialled is a proxy: `app-one:8080`. */
	lands?: string;
	/** What the client showed (`tls` attempts). */
	certificate?: CertificateChoice;
	/** What was asked (`dns` attempts). */
	query?: CellQuery;
	/** SPIFFE id that the server had to see. */
	identity?: string;
	/** SPIFFE id that the client had written into X-Forwarded-Client-Cert itself. */
	forgedIdentity?: string;
	/** So many paths, this one included, are between pods that no policy tells apart (`sample` of a matrix). */
	standsFor?: number;
	expectation: Expectation;
	/** From the scenario file. */
	because: string | undefined;
	prediction: Prediction;
	observed: Observed;
	/** Undefined where nothing was captured, and for other kinds than `plaintext` and `mtls`. */
	wire?: WireEvidence;
	/** Controls that this verdict rests on, each with whether it held. */
	controls: { control: string; held: boolean; detail: string }[];
	/** Of paths that were attempted continuously around a fault. */
	chaos?: ChaosMeasures;
	proof: Proof;
	verdict: Verdict;
	diagnosis: Diagnosis | undefined;
	/** Noteworthy without being a failure: "better protected than declared", "engine differs from the text". */
	findings: Reason[];
	/** Why the verdict is what it is. */
	reasons: Reason[];
	/** Line numbers of history.jsonl. */
	evidence: number[];
	position: SourcePosition;
	/** The command that repeats exactly this attempt. */
	repeat: string;
	/** It failed, and the gate lets it: the judge never sets this. */
	waiver?: Pick<Waiver, 'reason' | 'link' | 'expires' | 'position'>;
}

/**
 * What was measured on one path around a fault. Milliseconds. A span is known to lie between two bounds, because a path is
 * only seen when it is tried: an estimate is the middle of the two, its error half of what lies between them.
 */
export interface ChaosMeasures {
	name: string;
	fault: ChaosFaultName;
	/** Rounds that were carried out to the end. */
	rounds: number;
	/** Between two tries, as planned. */
	every: number;
	/** Tries that were left out, because the probe was late. */
	left: number;
	/** How well the probe’s clock is known against the one that changes are timed by. */
	clockError: number;
	/**
	 * `covered`: the share of the time in which the path was tried and its server answered somebody else. `gap`: the longest
	 * time between two tries, and so the longest window that nobody can have seen.
	 */
	forbidden: { time: number; covered: number; gap: number };
	/** `covered`: the share of the time in which the path was tried. */
	allowed: { time: number; covered: number };
	/** When tokens arrived although the path was forbidden; the first of them where there are many. */
	leaks: ChaosWindow[];
	/** When tokens were not answered although the path was allowed; the first of them where there are many. */
	outages: ChaosWindow[];
	/** How many there were. */
	leakWindows: number;
	outageWindows: number;
	/** Undefined without any. */
	leakWidth?: Spread;
	outageWidth?: Spread;
	/** From the acknowledgement of a change that forbids the path until it was closed; of one that allows it until it was open. */
	closing?: Spread;
	opening?: Spread;
	/** In each round, how long the forbidden path was open in all, without the time that closing takes. */
	exposure?: Spread;
	/** Of a connection that is kept: how long it went on after a change that forbids new ones. */
	outlived?: Spread;
	/** For a time line: milliseconds from the beginning of the first round. */
	stretches: { state: ChaosState; from: number; to: number }[];
	changes: { at: number; change: string }[];
}

export interface ChaosWindow {
	/** From 0. */
	round: number;
	/** The first and the last try in it, milliseconds from the beginning of the first round. */
	first: number;
	last: number;
	tries: number;
	atLeast: number;
	atMost: number;
	/** The change before it. */
	since?: SinceChange;
}

/** Estimates over several rounds. Milliseconds. */
export interface Spread {
	samples: number;
	median: number;
	p99: number;
	longest: number;
	/** Of the one that is known worst. */
	error: number;
	/** How many estimates lie above the bound before and not above this one, in rising order without gaps. */
	histogram: { upTo: number; count: number }[];
}

export interface Observed {
	/** `open`: the token came through at least once. `closed`: no try came through. `unknown`: nothing can be said. */
	state: 'open' | 'closed' | 'unknown';
	tries: number;
	/** Client outcomes with their counts. */
	outcomes: Partial<Record<OutcomeCode, number>>;
	/** Tries whose token a target's witness saw. */
	delivered: number;
	/** Tries whose planned 4-tuple was seen half-open at a target. */
	synReceived: number;
	/** Median round trip of replied tries, milliseconds. */
	roundTrip: number | undefined;
	/** X-Forwarded-Client-Cert as it came with the tokens, and the URI of its last element; undefined: it can't be read. */
	forwarded?: { header: string; identity: string | undefined; tries: number }[];
	/** Of `dns` attempts. */
	dns?: DnsObserved;
	/** TLS alerts and HTTP statuses with what is known of their senders. */
	refusals?: string[];
	/** Certificates that the server showed (`tls` attempts). */
	presented?: (ServerCertificate & { tries: number })[];
}

/** A change, and how long after its acknowledgement something happened, milliseconds; negative: before, but after its request. */
export interface SinceChange {
	/** `apply strict`, `inject stop-mesh-control-plane`. */
	change: string;
	after: number;
}

/** What became of a connection that was held, as far as was seen. Times in milliseconds. */
export interface HoldReport {
	name: string;
	family: IpFamily;
	from: string;
	to: string;
	port: number;
	/** `ended`: by the other side, or the network. `alive`: when it was used last. `never-opened`. */
	state: 'ended' | 'alive' | 'never-opened';
	/** How it ended: `closed` is the end of the stream, `reset` a reset. */
	outcome?: OutcomeCode;
	/** From its opening to its end, or to the last answer over it. */
	lasted: number | undefined;
	/** Changes while it was held, the last one first. */
	since: SinceChange[];
}

/** A fault as it was carried out. Times in milliseconds. */
export interface FaultReport {
	fault: FaultName;
	name: string;
	/** Undefined: it was not reached. */
	injection: { effects: string[]; took: number } | undefined;
	healing: { effects: string[]; took: number } | undefined;
	/** From the acknowledgement of the injection to the request for healing. */
	inForce: number | undefined;
}

/** How long after a change's acknowledgement the last of the paths that it flips was seen as expected, milliseconds. */
export interface FlipReport {
	change: string;
	/** Undefined: no path had to. */
	closed: { paths: number; within: number } | undefined;
	opened: { paths: number; within: number } | undefined;
}

/** What could be read of a cell's tokens on the host side of its pods. */
export interface WireEvidence {
	/** `readable`: at least one token was. `absent`: none was, in a capture that was shown to be live. `unknown`: it was not. */
	state: 'readable' | 'absent' | 'unknown';
	/** Tries whose token was read. */
	readable: number;
	/** Tries that were sent. */
	tries: number;
}

/** `no` only where every try ran and nothing spoke for `yes`. */
export type Answer = 'yes' | 'no' | 'unknown';

/** Three questions about a way to a resolver, never merged: each may have another answer. */
export interface DnsObserved {
	/** The query came to the resolver that it was sent to, from the client itself. */
	reach: Answer;
	/** An answer came back that only a resolver of ours can have made, or one with the expected address. */
	resolve: Answer;
	/** Of names outside: the token came to a resolver of ours, whoever brought it; and data came back in TXT records. */
	carry?: { out: Answer; in?: Answer };
	/** Who brought tokens to resolvers of ours, by name where it is known, else by address. */
	broughtBy: string[];
	/** Characters of labels that came out, and bytes of data that came in, over all tries. */
	bytes: { out: number; in: number };
	/** The same for each second of the tries that did; one query after the other, so a bound from below. */
	perSecond: { out: number; in: number };
}

export interface ScenarioVerdict {
	scenario: string;
	file: string;
	description: string;
	reference: string;
	status: 'required' | 'open' | 'extension';
	verdict: Verdict;
	reasons: Reason[];
	counts: Record<Verdict, number>;
	/** Milliseconds from its first to its last event; undefined where it never began. */
	duration: number | undefined;
	/** What its time went into. */
	phases: Phase[];
	calibrations: { epoch: number; wait: number; slowest: number; samples: number }[];
	settles: { step: number; method: string; slowest: number | undefined; unsettled: number }[];
	faults: FaultReport[];
	holds: HoldReport[];
	/** Of changes that were seen to take effect. */
	flips: FlipReport[];
	/** Changes that the cluster refused, where the scenario says that it may. */
	refusals: { change: string; message: string }[];
	cells: CellVerdict[];
}

/** What verdicts.json holds. */
export interface RunVerdicts {
	schemaVersion: typeof verdictsSchemaVersion;
	run: string;
	version: string;
	startedAt: string;
	/** It is one part of a whole (`--shard`), and says nothing of the others; from 1. */
	shard?: { index: number; of: number };
	/** Ids of the runs that it was merged from. */
	shards?: string[];
	cluster: ClusterFacts | undefined;
	/** False: the run was cut off or interrupted; what is missing stands in `reasons`. */
	complete: boolean;
	verdict: Verdict;
	exitCode: 0 | 1 | 2;
	/** What waivers and a baseline make of it; undefined without either. The judge never sets this. */
	gate?: Gate;
	reasons: Reason[];
	counts: Record<Verdict, number>;
	scenarios: ScenarioVerdict[];
}
