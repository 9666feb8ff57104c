import type { IpFamily, Protocol } from './address.ts';
import type { Capability } from './capability.ts';
import type { SourcePosition } from './diagnostic.ts';
import type { ChaosFaultName, FaultName } from './fault.ts';
import type { DnsTransport } from './dns.ts';
import type { OutcomeCode } from './outcome.ts';
import type { KubernetesObject } from './policy.ts';
import type { SecurityGroupSpec } from './security-group.ts';

/**
 * A scenario as its file declares it, after validation: defaults filled in, short forms spelled out, every name known
 * to exist. Addresses are still symbolic. docs/scenario-reference.md describes the file.
 */
export interface Scenario {
	name: string;
	file: string;
	tags: string[];
	/** Names of scenarios that notice the same bugs. */
	backsUp: string[];
	description: string;
	reference: string;
	/** How firm the specification is: does it say so, leave it open, or is it one engine's own. */
	status: 'required' | 'open' | 'extension';
	/** Declared ones only; the plan adds those that follow from the content. */
	requires: Capability[];
	/** Undefined: every family that the cluster has. */
	ipFamilies: IpFamily[] | undefined;
	timing: Timing;
	namespaces: Record<string, NamespaceSpec>;
	pods: Record<string, PodSpec>;
	services: Record<string, ServiceSpec>;
	external: Record<string, ExternalSpec>;
	/** Only those with labels. */
	serviceAccounts: Record<string, ServiceAccountSpec>;
	/** By the names that policies and rules call them by. */
	securityGroups: Record<string, SecurityGroupSpec>;
	/** In the order of the file, which is the order in which they are applied. */
	policies: PolicySpec[];
	attempts: AttemptSpec[];
	/** Undefined: baseline, apply all, settle, attempt, reopen. Present: nothing is implicit. */
	phases: PhaseSpec[] | undefined;
	chaos: ChaosSpec[];
	position: SourcePosition;
}

/** Bounds; nothing sleeps blindly. Undefined: the cluster's default. Milliseconds. */
export interface Timing {
	settle: number | undefined;
	hold: number | undefined;
	/** How often each cell is tried, each with its own token and source port. */
	tries: number;
}

export interface NamespaceSpec {
	labels: Record<string, string>;
	mesh: 'none' | 'sidecar';
	/** On an existing cluster: not created, its policies are read-only. */
	existing: boolean;
}

export interface ListenSpec {
	port: number;
	protocol: Protocol;
	/** Name of the container port; policies and attempts can use it. */
	name: string | undefined;
	speaks: 'tcp' | 'udp' | 'sctp' | 'http';
	/** Its application sends first, a greeting, and clients wait for it (lines over TCP). Undefined: clients do. */
	first?: 'server';
	/** It answers DNS queries that come this way, beside what it speaks. */
	resolves?: DnsTransport;
}

export interface PodSpec {
	namespace: string;
	labels: Record<string, string>;
	annotations: Record<string, string>;
	serviceAccount: string | undefined;
	hostNetwork: boolean;
	mesh: 'none' | 'sidecar' | undefined;
	/** Symbolic node name (`a`, `b`, ...), or relative to another pod. */
	placement: { node: string } | { onNodeOf: string } | { notOnNodeOf: string } | undefined;
	listen: ListenSpec[];
	proxy?: ProxySpec | undefined;
	/** Kubelet probes, passed through as written. */
	readiness: unknown;
	liveness: unknown;
	/** Attempts from its first millisecond, by the agent's boot plan. */
	attemptsAtStart: boolean;
	/** Its containers end; its address may be given out again. */
	completes: boolean;
}

export interface ServiceAccountSpec {
	labels: Record<string, string>;
}

/** A certificate of the scenario's own authority, or one that only looks like it. */
export interface ServedCertificate {
	/** DNS names and URIs. Empty: the SPIFFE id of its pod. */
	names: string[];
	is: 'valid' | 'wrong-ca' | 'expired' | 'not-yet-valid';
}

/** A plain Envoy beside a pod, in Envoy's own terms. */
export interface ProxySpec {
	/** The one that it shows, to clients and to servers. */
	certificate: ServedCertificate;
	/** It notices when its file holds another one. */
	reloads: boolean;
	listeners: ProxyListener[];
}

export interface ProxyListener {
	/** TCP. */
	port: number;
	/** Where connections are passed on to; to its own pod over loopback. */
	to: { kind: 'pod' | 'service'; name: string; port: number };
	/** It ends TLS (DownstreamTlsContext); undefined: it takes clear text. Without names any will do. */
	downstreamTls: { requireClientCertificate: boolean; subjectAltNames: string[] } | undefined;
	/** It opens TLS (UpstreamTlsContext); undefined: it sends clear text. Without names any will do. */
	upstreamTls: { verifies: 'authority' | 'nothing'; subjectAltNames: string[]; clientCertificate: boolean } | undefined;
}

export interface ServicePort {
	port: number;
	targetPort: number | string;
	protocol: Protocol;
	name: string | undefined;
	nodePort: number | undefined;
}

export interface ServiceSpec {
	namespace: string;
	selector: Record<string, string>;
	ports: ServicePort[];
	type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
	headless: boolean;
	externalTrafficPolicy: 'Cluster' | 'Local';
}

export interface ExternalSpec {
	listen: ListenSpec[];
	/** Addresses that the user names; undefined: the harness gives one out and owns the endpoint. */
	addresses: { ipv4?: string; ipv6?: string } | undefined;
}

export interface PolicySpec {
	name: string;
	object: KubernetesObject;
	/** Where the object's text stands: the scenario file or the policy file. */
	position: SourcePosition;
}

export type Expectation = 'allowed' | 'blocked' | 'predicted' | 'observe' | 'unprotected';

/** Which client certificate a `tls` attempt shows. All but `none` and `wrong-ca` are made by the mesh's own CA. */
export type CertificateChoice =
	| 'valid'
	| 'none'
	| 'wrong-ca'
	| 'expired'
	| 'not-yet-valid'
	| 'other-trust-domain'
	| 'other-identity';

/** What the certificate that a server shows must be like. */
export interface Presents {
	/** SPIFFE id: its only URI. */
	identity?: string;
	/** As in `ServerCertificate`. */
	issuer?: string;
	/** It is another one than in the attempts before, or the same, by its serial number. */
	renewed?: boolean;
}

export type AttemptKind = 'connect' | 'plaintext' | 'mtls' | 'tls' | 'dns';

/** Who attempts: `client-one`, `node/a`, `external/internet`. */
export interface SourceRef {
	kind: 'pod' | 'node' | 'external';
	name: string;
}

/** What is attempted: `app-one:80`, `svc/app-one:80`, `node/a:10250`, `external/internet:443`, `apiserver`, ... */
export interface TargetRef {
	kind:
		| 'pod'
		| 'service'
		| 'node'
		| 'nodePort'
		| 'loadBalancer'
		| 'external'
		| 'apiserver'
		| 'metadata'
		| 'kubelet'
		| 'clusterDns';
	/**
	 * Empty for apiserver and kubelet. Of metadata: which of the addresses, empty for the instance's own. Of the cluster's
	 * DNS: `pod` for the address of a pod behind it, `node-local` for the cache on the node, empty for its Service's.
	 */
	name: string;
	/** A number, the name of a port, or undefined for all that the target listens on. */
	port: number | string | undefined;
	/** Undefined: tcp, or what the named port has; with no port, all protocols. */
	protocol: Protocol | undefined;
	/** In plans, of a headless Service: the pod behind it that is dialled at its own address. */
	backend?: string;
}

export interface AttemptSpec {
	name: string | undefined;
	kind: AttemptKind;
	from: SourceRef[];
	to: TargetRef[];
	/** All pairs of these pods on these ports; cells that another attempt of the same list names are left to it. */
	matrix: MatrixSpec | undefined;
	/** Attempt over the connection that an earlier `hold` of this name opened. */
	on: string | undefined;
	expect: Expectation;
	/** Why it is so; required with `unprotected`. */
	reason: string | undefined;
	/** How a forbidden path must be closed: any one of these. */
	by: OutcomeCode[] | undefined;
	speaks: 'tcp' | 'http' | undefined;
	/** What only plaintext, mtls, tls and dns attempts have, as validated. */
	options: Record<string, unknown>;
	position: SourcePosition;
}

export interface MatrixSpec {
	pods: string[] | 'all';
	ports: { port: number | string; protocol: Protocol | undefined }[] | 'all';
	/** Pairs of a pod with itself too; the specification leaves them open, so they are observed. */
	loopback: boolean;
	/** Of pods that no policy tells apart, only so many pairs. */
	sample?: { pairs: number; seed: number };
}

export type PhaseSpec = { name: string | undefined; position: SourcePosition } & (
	| { do: 'attempt'; attempts: AttemptSpec[] }
	| { do: 'hold'; hold: string; from: SourceRef; to: TargetRef; family: IpFamily | undefined }
	| { do: 'apply' | 'delete'; policies: string[]; mayBeRefused: boolean }
	| { do: 'settle'; bound: number | undefined }
	| {
			do: 'label';
			pod: string | undefined;
			namespace: string | undefined;
			set: Record<string, string>;
			remove: string[];
	  }
	| { do: 'create'; pods: string[] }
	| { do: 'remove'; pods: string[] }
	| { do: 'inject' | 'heal'; fault: FaultName; as: string }
	| { do: 'await'; closed: string; bound: number }
	| { do: 'rotate'; pod: string; certificate: ServedCertificate }
);

/** Paths that are attempted continuously while a fault is injected and healed. Times in milliseconds. */
export interface ChaosSpec {
	name: string;
	fault: ChaosFaultName;
	/** Of what the fault is about; only what it needs. */
	target: { node?: string; pod?: string; namespace?: string; policy?: string; successor?: string };
	/** Labels that are set (`relabel-pod`, `relabel-namespace`). */
	set: Record<string, string>;
	/** Until it is healed. */
	for: number;
	kind: 'connect' | 'dns';
	/** Each path’s tries go over one connection. */
	kept: boolean;
	/** As in `AttemptSpec`. */
	options: Record<string, unknown>;
	from: SourceRef[];
	to: TargetRef[];
	/** Between two tries of one path. */
	every: number;
	/** Before the fault, and after it is healed, in each round. */
	before: number;
	after: number;
	rounds: number;
	expect: ChaosExpectation;
	position: SourcePosition;
}

/** What is demanded of the paths around a fault; undefined: it is measured only. Milliseconds. */
export interface ChaosExpectation {
	/** Whether a token may arrive while its path is forbidden. */
	leaks: 'none' | 'observe';
	/** From a change that forbids a path, until it is closed. */
	closes: number | undefined;
	/** From a change that allows a path, until it is open. */
	opens: number | undefined;
	/** How long a forbidden path may be open in each round, without the time that closing takes. */
	exposure: number | undefined;
	/** How long an allowed path may be closed at a time, without the time that opening takes. */
	outage: number | undefined;
	/** For how long a forbidden path may go untried: a leak window that is shorter than that may be missed. */
	unseen: number | undefined;
}
