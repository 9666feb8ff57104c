import type { Addresses, IpFamily, Protocol, SocketAddress } from './address.ts';
import type { AgentCounters, SelfCheck, ServerCertificate, StreamTry } from './agent.ts';
import type { CaptureFlow, CaptureTotals, WireProtocol } from './capture.ts';
import type { ClusterFacts, LossCounters, ServiceState } from './cluster.ts';
import type { Outcome } from './outcome.ts';
import type { PolicyEvent } from './policy-event.ts';

export const historySchemaVersion = 1;

/** Why a try was made. Only `declared` and `boot` tries are judged against the expectation; the others are controls. */
export type Purpose = 'baseline' | 'settle' | 'declared' | 'reopen' | 'boot' | 'hold' | 'chaos';

/**
 * One line of history.jsonl: append-only, everything that happened, nothing judged. `n` is the line's number from 1,
 * `at` milliseconds since the run began on the runner's monotonic clock (agents' times are converted; see `clock`); negative
 * where a scenario was deployed and shown to be open before that (`gatecrash watch`).
 */
export type HistoryEvent = { n: number; at: number } & EventBody;

export type EventBody =
	| {
			is: 'run-began';
			schemaVersion: typeof historySchemaVersion;
			run: string;
			version: string;
			startedAt: string;
			/** Ids of the runs that it was merged from (`gatecrash merge`), in the order of their shards. */
			shards?: string[];
	  }
	| { is: 'cluster'; facts: ClusterFacts; baseline: 'no-policies' | 'allow-all-policy' | 'contrast' }
	| { is: 'run-ended'; outcome: 'completed' | 'interrupted' | 'failed'; error?: string }
	| ({ scenario: string } & ScenarioEventBody);

export type ScenarioEventBody =
	| { is: 'scenario-began' }
	| { is: 'scenario-ended'; outcome: 'completed' | 'interrupted' | 'failed'; error?: string }
	/** A pod, node or external endpoint exists (again, when it was there before under another uid). */
	| {
			is: 'endpoint';
			kind: 'pod' | 'node' | 'external';
			name: string;
			uid: string;
			addresses: Addresses;
			namespace?: string;
			labels: Record<string, string>;
			hostNetwork: boolean;
			node?: string;
			agent: boolean;
			/** To which the cluster's DNS alone passes queries on. */
			relay?: Addresses;
	  }
	| { is: 'endpoint-removed'; name: string; uid: string }
	/** What a scenario's namespaces are called in the cluster, where that is not their own names. */
	| { is: 'namespaces'; names: Record<string, string> }
	| { is: 'services'; services: ServiceState[] }
	/** Agent time = runner time + offset, known to within `error` milliseconds. */
	| { is: 'clock'; agent: string; uid: string; offset: number; error: number }
	| { is: 'agent-ready'; agent: string; observableSince: number; failures: string[] }
	| { is: 'agent-lost'; agent: string; reason: string }
	/** `acknowledgement`: the ruleset is in force, or only stored by an API server. */
	| {
			is: 'change';
			step: number;
			action: string;
			objects: string[];
			requestedAt: number;
			acknowledgedAt: number;
			acknowledgement: 'programmed' | 'stored';
			/** Of `inject` and `heal`: what was seen to happen. */
			effects?: string[];
			/** The cluster refused it, with this message: nothing has changed. */
			refused?: string;
			/** Of a `chaos` step: in which round, and by which of its turns; both from 0. */
			turn?: { round: number; turn: number };
	  }
	/** What `await` waited for: whether every connection of this name had ended within the bound. */
	| { is: 'awaited'; step: number; hold: string; ended: boolean; waited: number }
	| {
			is: 'settled';
			step: number;
			method: 'observed' | 'acknowledged' | 'canary';
			cells: { cell: string; after: number }[];
			unsettled: string[];
			hold: number;
	  }
	| { is: 'epoch-began'; epoch: number; step: number; purpose: Purpose }
	/** A `chaos` step begins in this epoch; `hold`: so long a path has to stay as it is before it counts as changed. */
	| { is: 'chaos-began'; epoch: number; step: number; hold: number }
	| { is: 'calibration'; epoch: number; wait: number; floor: number; samples: number; median: number; slowest: number }
	| { is: 'self-check'; epoch: number; when: 'before' | 'after'; agent: string; uid: string; checks: SelfCheck[] }
	| { is: 'counters'; epoch: number; when: 'before' | 'after'; agent: string; uid: string; counters: AgentCounters }
	| { is: 'losses'; epoch: number; when: 'before' | 'after'; counters: LossCounters }
	/** Written before the command is sent. `targets`: UIDs of the endpoints that may answer. */
	| {
			is: 'try';
			epoch: number;
			cell: string;
			purpose: Purpose;
			token: string;
			from: string;
			targets: string[];
			/** UIDs of resolvers that pass a query on to the targets. */
			through?: string[];
			/** The address that an answer has to hold: no target can vouch for what it says. */
			expects?: string;
			source: { address?: string; port: number };
			destination: SocketAddress;
			protocol: Protocol;
			family: IpFamily;
			on?: string;
	  }
	/** What the client saw; `seq` is the record's number at agent `agent`. */
	| {
			is: 'result';
			epoch: number;
			token: string;
			agent: string;
			uid: string;
			seq: number;
			outcome: Outcome;
			startedAt: number;
			endedAt: number;
			/** Over TLS: what the server has shown. */
			certificate?: ServerCertificate;
	  }
	/** Written before the command is sent: continuous attempts, whose tries are numbered as `StreamAttempt` says. */
	| {
			is: 'stream-began';
			epoch: number;
			cell: string;
			stream: string;
			from: string;
			targets: string[];
			/** As in `try`. */
			through?: string[];
			expects?: string;
			source: { address?: string; port: number };
			/** How many source ports it uses in turn. */
			ports: number;
			destination: SocketAddress;
			protocol: Protocol;
			family: IpFamily;
			/** Milliseconds between two tries, and how long each waits for its answer. */
			every: number;
			deadline: number;
	  }
	/** Several results, packed: see the record of this name in agent.ts. `base` is in the run's time. */
	| {
			is: 'tries';
			agent: string;
			uid: string;
			seq: number;
			stream: string;
			base: number;
			outcomes: Outcome[];
			tries: StreamTry[];
	  }
	/** Several tokens that a listener saw, packed. */
	| {
			is: 'sightings';
			agent: string;
			uid: string;
			seq: number;
			stream: string;
			protocol: Protocol;
			from: string;
			to: SocketAddress;
			base: number;
			seen: [number, number][];
	  }
	/** The probe was held up: what it did not send, or answer, in this time shows nothing. */
	| { is: 'stalled'; agent: string; uid: string; seq: number; from: number; to: number }
	| {
			is: 'streams-ended';
			agent: string;
			uid: string;
			seq: number;
			streams: { stream: string; made: number; left: number }[];
	  }
	/** A held connection ended, and it was not us who ended it. `hold`: its name and family. */
	| { is: 'hold-ended'; agent: string; uid: string; seq: number; seenAt: number; hold: string; outcome: Outcome }
	/** What a listener saw. */
	| {
			is: 'witness';
			agent: string;
			uid: string;
			seq: number;
			seenAt: number;
			token: string;
			protocol: Protocol;
			from: SocketAddress;
			to: SocketAddress;
			/** The name that was asked for, where it came in a DNS query. */
			asked?: string;
	  }
	/** What the proxy in front of a listener said of a token's sender. */
	| {
			is: 'identity';
			agent: string;
			uid: string;
			seq: number;
			seenAt: number;
			token: string;
			forwardedClientCert: string;
	  }
	| { is: 'syn'; agent: string; uid: string; seq: number; seenAt: number; from: SocketAddress; to: SocketAddress }
	| { is: 'overflow'; agent: string; uid: string; seq: number; lost: number }
	/** Numbered records that say nothing about traffic; kept so that the numbering has no gaps. */
	| { is: 'record'; agent: string; uid: string; seq: number; of: string }
	/** Everything that the witness saw before this has a lower number. */
	| { is: 'barrier'; epoch: number; agent: string; uid: string; seq: number }
	/** Packets are captured on these interfaces, each the host side of the pod `uid`. `capture`: unique in the scenario. */
	| { is: 'capture-began'; epoch: number; capture: string; interfaces: { name: string; uid: string }[] }
	/** Packets could not be captured, or no longer. */
	| { is: 'capture-failed'; epoch: number; reason: string }
	/** Written before a datagram leaves the pod `from` in the clear, which its capture has to see: then it sees such tokens. */
	| { is: 'wire-marker'; epoch: number; when: 'before' | 'after'; token: string; from: string; family: IpFamily }
	/** A token that stands readable in a captured packet; `seq` is the line's number at `capture`. */
	| {
			is: 'wire-token';
			capture: string;
			seq: number;
			interface: string;
			token: string;
			protocol: WireProtocol;
			from: SocketAddress;
			to: SocketAddress;
	  }
	/** What was captured; every token that was seen before has a lower number. */
	| {
			is: 'capture-barrier';
			epoch: number;
			capture: string;
			seq: number;
			interfaces: CaptureTotals[];
			flows: CaptureFlow[];
	  }
	/** What the policy engine's own log on a node says of connections of ours; `missing`: why not all of it could be read. */
	| { is: 'policy-events'; node: string; events: PolicyEvent[]; unreadable: number; missing?: string }
	| { is: 'epoch-ended'; epoch: number; complete: boolean };

/** Narrowed by its `is`. */
export type EventOf<Is extends EventBody['is']> = Extract<HistoryEvent, { is: Is }>;
