import type { IpFamily, Protocol } from './address.ts';
import type { Capability } from './capability.ts';
import type { DnsQuestion } from './dns.ts';
import type { SourcePosition } from './diagnostic.ts';
import type { ChaosFaultName, FaultName } from './fault.ts';
import type { Landing } from './landing.ts';
import type { OutcomeCode } from './outcome.ts';
import type { KubernetesObject } from './policy.ts';
import type {
	AttemptKind,
	CertificateChoice,
	ChaosExpectation,
	Expectation,
	ExternalSpec,
	NamespaceSpec,
	PodSpec,
	Presents,
	ServedCertificate,
	ServiceAccountSpec,
	ServiceSpec,
	TargetRef,
} from './scenario.ts';

export const planSchemaVersion = 1;

/** What will be done, decided before anything runs: plain data, the same bytes for the same scenarios and cluster. */
export interface Plan {
	schemaVersion: typeof planSchemaVersion;
	/** It is one part of a plan (`--shard`). */
	shard?: PlanShard;
	scenarios: ScenarioPlan[];
}

/** Which part, and of what: `gatecrash merge` puts parts together again that say the same of the whole. */
export interface PlanShard {
	/** From 1. */
	index: number;
	of: number;
	/** Names of all scenarios of the whole plan, in its order. */
	scenarios: string[];
	/** SHA-256 of the whole plan. */
	whole: string;
}

export interface ScenarioPlan {
	name: string;
	file: string;
	description: string;
	reference: string;
	status: 'required' | 'open' | 'extension';
	tags: string[];
	requires: Capability[];
	/** Why none of it can run here; its cells are `skipped` with this reason. */
	skip: string | undefined;
	workload: Workload;
	policies: PlannedPolicy[];
	cells: Cell[];
	steps: Step[];
	/** Milliseconds; undefined bounds are the cluster's. */
	timing: { settle: number | undefined; hold: number | undefined };
}

/** What a driver has to stand up before the first step. */
export interface Workload {
	scenario: string;
	namespaces: Record<string, NamespaceSpec>;
	pods: Record<string, PodSpec>;
	services: Record<string, ServiceSpec>;
	external: Record<string, ExternalSpec>;
	/** Those that have labels. */
	serviceAccounts?: Record<string, ServiceAccountSpec>;
	/** Symbolic names of nodes that attempt something themselves, or that pods are placed on. */
	nodes: string[];
	/** Pods that exist from the beginning; the others are made by `create` steps. */
	initialPods: string[];
	/** Nodes that need an agent of their own, because an attempt comes `from: node/...`. */
	attemptingNodes: string[];
	/** Something is asked of the cluster's own DNS. */
	clusterDns?: true;
	/** Endpoints outside for whose zones the cluster's DNS is asked: to them it has to pass queries on. */
	recursion?: string[];
	/** Something is asked of the DNS cache on a node. */
	nodeLocalDns?: true;
	/** Some of its policies or faults act on the whole cluster: nothing else may be deployed meanwhile. */
	alone?: true;
	/** Some paths are attempted continuously, which takes nearly all source ports of a pod. */
	streams?: true;
}

export interface PlannedPolicy {
	name: string;
	/** Strings may hold `$(...)` references. */
	object: KubernetesObject;
	position: SourcePosition;
	/** Peers that mean nobody on a cluster without their address family, and are not in `object`. */
	leftOut?: string[];
}

export interface EndpointRef {
	kind: 'pod' | 'node' | 'external';
	name: string;
}

/** What the policies' text implies for a cell, with the rules that decide it. */
export interface Prediction {
	verdict: 'allowed' | 'blocked' | 'open' | 'unknown';
	because: string[];
}

/** One path with one expectation: the unit of judging, with a stable id. */
export interface Cell {
	id: string;
	/**
	 * The same for every cell on the same path, whatever the phase: `from→to:port/protocol/family`; over TLS of the
	 * probe's own followed by ` as `, the certificate and the ALPN protocols, and by ` forging ` with a forged identity.
	 */
	path: string;
	kind: AttemptKind;
	from: EndpointRef;
	to: TargetRef;
	/** The number that is dialled; a Service's own port, not the target port. */
	port: number;
	protocol: Protocol;
	family: IpFamily;
	speaks: 'tcp' | 'udp' | 'sctp' | 'http';
	/** The target greets first, and the client waits for it. */
	first?: 'server';
	/** What is dialled is a proxy, which passes it on; here the token has to arrive. */
	lands?: Landing;
	expectation: Expectation;
	/** Why it is so, from the scenario file. */
	reason: string | undefined;
	by: OutcomeCode[] | undefined;
	/** The probe itself opens TLS (`tls` attempts). */
	tls?: { certificate: CertificateChoice; alpn: string[] };
	/** What the server's certificate must be like (`tls` attempts). */
	presents?: Presents;
	/** What is asked, of a resolver (`dns` attempts). */
	query?: CellQuery;
	/** SPIFFE id that the server must see. */
	identity?: string;
	/** SPIFFE id that the client itself writes into X-Forwarded-Client-Cert; nobody may take it for the client’s. */
	forgedIdentity?: string;
	prediction: Prediction;
	/** It is attempted continuously in the `chaos` step of this name. */
	chaos?: { name: string; expects: ChaosState[]; kept?: true };
	/** Undefined without explicit phases. */
	phase: string | undefined;
	/** Name of the held connection that it goes over. */
	on: string | undefined;
	tries: number;
	/** Of a sampled matrix: so many paths, this one included, are between pods that no policy tells apart. */
	standsFor?: number;
	/** Why this cell cannot run here. */
	skip: string | undefined;
	position: SourcePosition;
}

/**
 * What the policies' text says of a path at one moment of a round: before the fault, then after each of its turns.
 * `absent`: one of its ends does not exist; `open` and `unknown` as in predictions.
 */
export type ChaosState = Prediction['verdict'] | 'absent';

/** A fault with the attempts that go on around it, carried out `rounds` times. Milliseconds. */
export interface ChaosPlan {
	name: string;
	fault: ChaosFaultName;
	rounds: number;
	/** Between two tries of one path. */
	every: number;
	/** From the beginning of a round to its first turn. */
	before: number;
	/** Injecting, perhaps more, and healing; after the last one everything is as it was. */
	turns: ChaosTurn[];
	/** Those that are attempted. */
	cells: string[];
	expect: ChaosExpectation;
}

export interface ChaosTurn {
	/** Carried out one after the other. */
	changes: ChaosChange[];
	/** How long it stays so before the next turn, or the next round. */
	stays: number;
}

export type ChaosChange = Extract<Step, { do: 'apply' | 'delete' | 'label' | 'create' | 'remove' | 'inject' | 'heal' }>;

/** A question whose name holds no reference but `$(token)`. */
export interface CellQuery extends DnsQuestion {
	/** The endpoint outside in whose zone the name lies: what is asked of anybody ends there. */
	owner?: string;
}

/** A long-lived connection, opened by a `hold` step and used by cells with `on`. */
export interface HeldConnection {
	name: string;
	from: EndpointRef;
	to: TargetRef;
	port: number;
	protocol: Protocol;
	family: IpFamily;
	speaks: 'tcp' | 'udp' | 'sctp' | 'http';
	/** The target greets first, and the client waits for it. */
	first?: 'server';
	/** What is dialled is a proxy, which passes it on; here the token has to arrive. */
	lands?: Landing;
}

/** `attempt` cells with purpose `baseline` and `reopen` are controls: they make the blocked cells' proof `bracketed`. */
export type Step =
	| { do: 'attempt'; purpose: 'baseline' | 'declared' | 'reopen'; phase: string | undefined; cells: string[] }
	| { do: 'hold'; holds: HeldConnection[] }
	/** `mayBeRefused`: what the cluster refuses is written down, and the scenario goes on. */
	| { do: 'apply'; policies: string[]; mayBeRefused?: true }
	| { do: 'delete'; policies: string[]; mayBeRefused?: true }
	/** `cells`: of the attempts that follow; those whose expected state differs from the last observed one are waited for. */
	| { do: 'settle'; cells: string[]; bound: number | undefined }
	| {
			do: 'label';
			pod: string | undefined;
			namespace: string | undefined;
			set: Record<string, string>;
			remove: string[];
	  }
	/** `addressOf`: of a pod that was removed, whose address the first of them gets where the cluster can do that. */
	| { do: 'create'; pods: string[]; addressOf?: string }
	| { do: 'remove'; pods: string[] }
	/** `name`: by which `heal` knows it. `node`: where, if not on all. */
	| { do: 'inject'; fault: FaultName; name: string; node?: string }
	| { do: 'heal'; fault: FaultName; name: string }
	| { do: 'chaos'; chaos: ChaosPlan }
	/** Waits until every held connection of this name has ended; milliseconds. */
	| { do: 'await'; closed: string; bound: number }
	/** The proxy of a pod gets another certificate in its file. */
	| { do: 'rotate'; pod: string; certificate: ServedCertificate };
