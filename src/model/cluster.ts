import type { Addresses, IpFamily, Protocol } from './address.ts';
import type { AgentLimits, BootAttempt, ClientCertificate } from './agent.ts';
import type { Capability } from './capability.ts';
import type { FaultEffect, FaultName, Recovery } from './fault.ts';
import type { Plan, Workload } from './plan.ts';
import type { KubernetesObject } from './policy.ts';
import type { PolicyEventLog } from './policy-event.ts';
import type { ClusterRange } from './reference.ts';
import type { PodSecurityGroupMode } from './security-group.ts';
import type { CertificateChoice, Scenario, ServedCertificate } from './scenario.ts';

/** What a part of something took, milliseconds. */
export interface Phase {
	phase: string;
	duration: number;
}

/** What is known about a cluster; goes into every report. */
export interface ClusterFacts {
	name: string;
	driver: 'netns' | 'kind' | 'eks' | 'existing';
	/** For example `embedded`, `v1.36.3`. */
	version: string;
	kernel: string;
	/** Who enforces NetworkPolicy here, for example `nftables (embedded)`; empty: nobody was found. */
	enforcers: string[];
	nodes: number;
	ranges: Partial<Record<ClusterRange, string>>;
	/** CNI plugins and meshes that were found, with versions where they say so; undefined: not looked for. */
	network?: { cni: string[]; mesh: string[] };
	/** Of the Amazon VPC CNI plugin, where it is there. */
	vpcCni?: VpcCniFacts;
	/** Shown first in every report, for example that two enforcers act at once, or that none does. */
	warnings?: string[];
	/** Shown in every report, for example that the embedded cluster is no substitute for the engine in production. */
	notes: string[];
	/** Bugs enforced on purpose (`--inject`). */
	injected: string[];
	/** Packets can be captured on the host side of pods, so that an `mtls` path has to be shown to be unreadable there. */
	wireCapture?: boolean;
	/** What standing it up took, in order; undefined: it was up already, or that took no time worth telling. */
	phases?: Phase[];
}

/** How the Amazon VPC CNI plugin is set; undefined: not known, which a warning or a note says. */
export interface VpcCniFacts {
	/** `v1.21.1-eksbuild.3`. */
	version: string | undefined;
	/** Of aws-network-policy-agent; undefined also where there is none. */
	nodeAgentVersion: string | undefined;
	/** enableNetworkPolicy. */
	networkPolicy: boolean | undefined;
	/** NETWORK_POLICY_ENFORCING_MODE. */
	enforcingMode: 'standard' | 'strict' | undefined;
	/** The node agent writes down which connections it lets through and drops. */
	policyEventLogs: boolean;
	/** Of the node agent; what it lets through is only logged at `debug`. */
	logLevel?: string;
	/** The API server knows the kind. */
	securityGroupPolicies: boolean | undefined;
	/** ENABLE_POD_ENI. */
	podEni: boolean | undefined;
	/** Nodes with a CNINode, and those of them that take pods with security groups. */
	trunks: { nodes: number; trunked: number } | undefined;
	/** POD_SECURITY_GROUP_ENFORCING_MODE. */
	podSecurityGroupMode: PodSecurityGroupMode | undefined;
}

/** What is known of a cluster's network before it is up: predictions rest on it. What is left out is not known. */
export interface KnownNetwork {
	/** How many nodes run probe pods. */
	nodes?: number;
	ranges?: Partial<Record<ClusterRange, string>>;
	/** CIDRs that hold the addresses of all nodes. */
	nodeRanges?: Partial<Record<IpFamily, string>>;
	/** CIDRs that hold the endpoints outside which the harness owns. */
	externalRanges?: Partial<Record<IpFamily, string>>;
}

/** How long things may take here by default, milliseconds. */
export interface ClusterTiming {
	/** Bound for a change to take effect. */
	settle: number;
	/** After the last cell closed, before a token counts as a leak. */
	hold: number;
	/** The least wait before a try counts as unanswered. */
	waitFloor: number;
	/** After the last deadline of an epoch, before witnesses are asked for their barrier. */
	linger: number;
}

/** Cluster-wide loss counters; an increase during an epoch caps its verdicts at `inconclusive`. */
export interface LossCounters {
	conntrackDrop: number;
	conntrackInsertFailed: number;
	neighbourTableFull: number;
}

/**
 * A cluster behind one interface, whatever the driver. Whoever calls `up` calls `down`, also when `up` failed half-way.
 * Methods reject with GatecrashError when the world fails.
 */
export interface Cluster {
	readonly name: string;
	readonly capabilities: ReadonlySet<Capability>;
	/** How to get capabilities that it lacks here, one sentence each: shown where a scenario is skipped for want of one. */
	readonly remedies?: Partial<Record<Capability, string>>;
	readonly timing: ClusterTiming;
	/** How a blocked cell's path can be shown to be open. */
	readonly baseline: 'no-policies' | 'allow-all-policy' | 'contrast';
	readonly known?: KnownNetwork;
	/** How many scenarios may be deployed at once without disturbing each other. */
	readonly parallelDeployments: number;
	/** Namespaces marked `existing` are really there; undefined: such scenarios are skipped. */
	readonly hasExistingNamespaces?: boolean;
	/** What a scenario's namespace is called there, where it has another name than in the file. */
	namespaceName?(name: string): string;
	/** Why a scenario can't be run here, known before anything is made: it is then skipped with this reason. */
	refuses?(scenario: Scenario): string | undefined;
	up(signal: AbortSignal): Promise<ClusterFacts>;
	/** Once, between `up` and the first `deploy`: rejects, naming all that is missing, when the plan can't be carried out. */
	checkPlan?(plan: Plan, signal: AbortSignal): Promise<void>;
	/** Stands up one scenario's namespaces, pods, Services and external endpoints. Undoes itself when it fails. */
	deploy(workload: Workload, settings: AgentSettings, signal: AbortSignal): Promise<Deployment>;
	down(): Promise<void>;
}

/** What every agent of a run shares. */
export interface AgentSettings {
	run: string;
	/** Hex; made anew for every run, never written to the run folder. */
	key: string;
	limits: AgentLimits;
}

export interface Endpoint {
	kind: 'pod' | 'node' | 'external';
	name: string;
	uid: string;
	addresses: Addresses;
	namespace?: string;
	labels: Record<string, string>;
	hostNetwork: boolean;
	node?: string;
	/** An agent runs there. */
	agent: boolean;
	/** Ports whose real number differs from the declared one (hostNetwork pods): declared `80/tcp` -> real number. */
	portMap: Record<string, number>;
	/** It was there before the run, which may use these source ports only: those of earlier runs could be remembered. */
	sourcePorts?: PortRange;
	/**
	 * Addresses beside its own to which the cluster's DNS, and nobody else, passes queries on: what comes there was brought
	 * by it. Undefined: there are none, and the cluster's DNS comes to the endpoint's own.
	 */
	relay?: Addresses;
}

/** Both ends are in it. */
export interface PortRange {
	first: number;
	last: number;
}

export interface ServiceState {
	name: string;
	/** Empty for headless Services. */
	addresses: Addresses;
	nodePorts: Record<string, number>;
	/** Names of the pods behind it now. */
	backends: string[];
}

/** When a change was asked for and when the cluster said that it is done, milliseconds of `performance.now()`. */
export interface Acknowledgement {
	requestedAt: number;
	acknowledgedAt: number;
	level: 'programmed' | 'stored';
}

/** One scenario's objects on a cluster. Whoever deployed it calls `close`, which removes everything and never rejects twice. */
export interface Deployment {
	endpoints(): Endpoint[];
	services(): ServiceState[];
	/** Opens a control stream to an agent: of a pod by its name, else `node/NAME`, `external/NAME`; again after a break. */
	openAgent(endpoint: string): Promise<AgentStream>;
	/** Create or replace; references are already substituted. All of them in one atomic change where the engine can. */
	apply(policies: KubernetesObject[]): Promise<Acknowledgement>;
	remove(policies: KubernetesObject[]): Promise<Acknowledgement>;
	labelPod(pod: string, set: Record<string, string>, remove: string[]): Promise<Acknowledgement>;
	labelNamespace(namespace: string, set: Record<string, string>, remove: string[]): Promise<Acknowledgement>;
	/**
	 * `boot`: what these pods attempt from their first millisecond. `addressOf`: a pod that was removed, whose address the
	 * first of them gets; ignored where nobody can choose a pod's address.
	 */
	createPods(pods: string[], boot: Record<string, BootAttempt[]>, addressOf?: string): Promise<Acknowledgement>;
	removePods(pods: string[]): Promise<Acknowledgement>;
	lossCounters(): Promise<LossCounters>;
	/**
	 * A certificate for a probe pod's own TLS, made as the choice says; undefined where the cluster has no certificate
	 * authority of ours.
	 */
	clientCertificate?(pod: string, choice: Exclude<CertificateChoice, 'none'>): Promise<ClientCertificate>;
	/** Another certificate in the file of a pod's proxy; undefined where proxies can't be had. */
	rotateProxyCertificate?(pod: string, certificate: ServedCertificate): Promise<Acknowledgement>;
	/**
	 * Injects a fault of those that the cluster has a capability for, and resolves when its effect was seen, or a bound has
	 * passed without one. `node`: where, if not on all. How to undo it stands in the ledger before anything happens. Undefined: it can do none.
	 */
	inject?(fault: FaultName, node?: string): Promise<Acknowledgement & FaultEffect>;
	/** Names of pods that it ends: that their probes go is no loss then. */
	endedBy?(fault: FaultName): string[];
	/** Undoes a lasting fault, also one that was injected half-way, after an abort too. Nothing where it is healed already. */
	heal?(fault: FaultName): Promise<Acknowledgement & FaultEffect>;
	/** The scenario's namespaces -> the cluster's; undefined where they have the same names. */
	namespaceNames?(): Record<string, string>;
	/**
	 * Captures packets on the host side of these pods, with a stream of CaptureMessages for each node that hosts some; the
	 * first of each is `ready`. Undefined where the cluster lacks `wire-capture`. Pods in their node's network have no side of
	 * their own and are left out.
	 */
	openCaptures?(pods: string[]): Promise<CaptureStream[]>;
	/** The log in which the policy engine says what it let through; undefined where there is none that can be read. */
	openPolicyEvents?(signal: AbortSignal): Promise<PolicyEventLog>;
	/**
	 * Applies a policy of the harness's own on each node and waits until it shows in the traffic: stands in for a change
	 * that flips no cell. Undefined where the acknowledgement already says that the rules are in force. Resolves with the
	 * milliseconds it took, or undefined when the bound was reached.
	 */
	canary?(bound: number, signal: AbortSignal): Promise<number | undefined>;
	close(): Promise<void>;
}

/**
 * What is about to be made, written to disk before the call that makes it, so that `gatecrash clean` finds it after a
 * kill at any instant. One line of ledger.jsonl in the run folder.
 */
export type LedgerEntry =
	| { makes: 'kind-cluster'; name: string; kubeconfig: string }
	| { makes: 'container'; engine: 'docker'; name: string }
	/** With its VPC, its nodes and its stacks; `account`: AWS's number of it. */
	| { makes: 'eks-cluster'; name: string; region: string; account: string }
	/** An object of the cluster's own is about to be changed; what it said before stands in its annotations from then on. */
	| {
			makes: 'change';
			kubeconfig: string | undefined;
			context: string | undefined;
			apiVersion: string;
			kind: string;
			namespace: string | undefined;
			name: string;
	  }
	| {
			makes: 'fault';
			fault: FaultName;
			kubeconfig: string | undefined;
			context: string | undefined;
			recovery: Recovery;
	  }
	| {
			makes: 'object';
			kubeconfig: string | undefined;
			context: string | undefined;
			apiVersion: string;
			kind: string;
			namespace: string | undefined;
			name: string;
	  };

/** Append-only; `intend` returns when the line is on disk. */
export interface Ledger {
	intend(entry: LedgerEntry): void;
	/** The thing is gone again. */
	undone(entry: LedgerEntry): void;
}

/** A line stream to an agent, opened by the driver, ended by whoever opened it. */
export interface AgentStream {
	send(line: string): void;
	/** One listener; lines that came before it was set are kept for it. */
	onLine(listener: (line: string) => void): void;
	/** Resolves once, with the reason, when the stream has ended; never rejects. */
	readonly ended: Promise<string>;
	close(): void;
}

/** A capture on one node. Whoever opened it closes it, which ends its program; that also ends with whoever it runs for. */
export interface CaptureStream extends AgentStream {
	/** As endpoints name it. */
	readonly node: string;
}

/** A port of an endpoint as an attempt names it, for `Endpoint.portMap`. */
export function portKey(port: number, protocol: Protocol): string {
	return `${port}/${protocol}`;
}
