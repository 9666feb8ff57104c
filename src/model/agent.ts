import type { IpFamily, Protocol, SocketAddress } from './address.ts';
import type { DnsQuestion, DnsTransport, ResolverSettings } from './dns.ts';
import type { Outcome } from './outcome.ts';

/**
 * The protocol between a run and the agent in a probe pod: one JSON value per line, commands one way, messages the
 * other, over a stream that no policy under test can cut (standard streams, or a socket in the pod).
 *
 * Records are numbered 1, 2, 3, ... without gaps and kept until acknowledged, so that a broken stream loses nothing
 * and a lost record is noticed. All times (`at`) are milliseconds of the agent's own monotonic clock.
 */
export interface AgentConfig {
	/** Id of the run; a greeting with another one is refused. */
	run: string;
	/** Name of the endpoint in the scenario. */
	endpoint: string;
	/** Distinguishes two pods of one name; goes into every reply. */
	uid: string;
	/** Hex; the MAC of every reply is made with it. */
	key: string;
	listen: AgentListen[];
	/** Attempts from the first millisecond, before any control stream exists. Those with `ports` are streams (StreamAttempt). */
	boot: BootAttempt[];
	limits: AgentLimits;
	/** Undefined: its resolvers, where it has any, answer whatever holds a token, and know nothing else. */
	dns?: ResolverSettings;
	/** Addresses that it is given after its start: it listens only when it has them. */
	addresses?: string[];
}

/** To a pod that stands by, before the greeting: an agent with this configuration begins, unless it has with this `id`. */
export interface BeginCommand {
	do: 'begin';
	id: string;
	config: AgentConfig;
}

export interface AgentListen {
	port: number;
	protocol: Protocol;
	speaks: 'tcp' | 'udp' | 'http';
	/** It greets whoever connects, before it is told a token (lines over TCP). */
	first?: 'server';
	/** It answers DNS queries that come this way, beside what it speaks. */
	resolves?: DnsTransport;
}

export interface AgentLimits {
	/** Attempts in flight; more wait in line. */
	inFlight: number;
	/** Unacknowledged records kept; beyond it the oldest are dropped and an `overflow` record says how many. */
	records: number;
	/** Connections that a listener holds open at once. */
	connections: number;
}

export const defaultAgentLimits: AgentLimits = { inFlight: 4096, records: 200_000, connections: 8192 };

/**
 * For `node` in front of the agent's file: many agents share a machine, and V8 would rather take memory than collect.
 * The heap holds `defaultAgentLimits.records` records with room to spare. Measured in docs/agent.md.
 */
export const agentNodeFlags: readonly string[] = [
	'--max-old-space-size=128',
	'--max-semi-space-size=2',
	'--v8-pool-size=1',
];

/** PEM. */
export interface ClientCertificate {
	/** The certificate, then those that lead to its root. */
	chain: string;
	key: string;
}

/** What is known of a certificate that a server has shown in a TLS handshake. */
export interface ServerCertificate {
	/** URIs of its subject alternative names: in a mesh, its SPIFFE id. */
	uris: string[];
	/** As text, one attribute after the other: `O=cluster.local`. */
	issuer: string;
	/** ISO 8601. */
	notBefore: string;
	notAfter: string;
	/** Hex. */
	serial: string;
	/** SHA-256 of its DER form, hex. */
	fingerprint: string;
	/** How many certificates were shown. */
	chain: number;
}

/** One try: a token sent once, from one planned source port to one literal address. Times in milliseconds. */
export interface AttemptCommand {
	token: string;
	protocol: Protocol;
	speaks: 'tcp' | 'udp' | 'http';
	family: IpFamily;
	/** The planned source port; a port in use is `not-run` with detail EADDRINUSE, never another port. */
	source: { address?: string; port: number };
	destination: SocketAddress;
	/** Wait before sending. */
	delay: number;
	/** From sending until it counts as unanswered; under one second, so that there is one SYN in it. */
	deadline: number;
	/**
	 * The server speaks first: so long its greeting may take from the connection’s opening, before the token leaves; the
	 * deadline is counted anew from then. Undefined: the token leaves at once.
	 */
	greeting?: number;
	/**
	 * Over HTTP: a SPIFFE id that the client claims in X-Forwarded-Client-Cert, as a proxy would that had seen its
	 * certificate. The element that it writes has the token in it, so that it can be told from every other one.
	 */
	forgedIdentity?: string;
	/** A DNS query in place of what is spoken. `retryPort`: the source port over TCP after a truncated answer. */
	dns?: DnsQuestion & { retryPort?: number };
	/** The probe itself opens TLS, whoever the server says that it is. Undefined: in the clear. */
	tls?: {
		alpn: string[];
		/** Undefined: none is shown. `missing`: why there is none to show; then the try is `not-run` with this detail. */
		certificate?: ClientCertificate | { missing: string };
	};
}

/** Repeated from the agent's start until `stop-boot` or `limit` tries; each try's token is `${token}-${index}`. */
export interface BootAttempt extends AttemptCommand {
	every: number;
	limit: number;
}

/**
 * A path that is attempted at a rate, whether somebody listens or not: try number i (from 0) has the token
 * `${token}~${i}` and the source port `source.port + i % ports`, and is due `delay + i * every` after the beginning. A try
 * that would be late by more than `every` is left out, so that a process which was held up does not make up for it in
 * a burst. It ends with `end-stream`, or after `limit` tries.
 */
export interface StreamAttempt extends BootAttempt {
	ports: number;
	/** All tries go over one connection, which is opened again, from the next port, when somebody has ended it. */
	kept?: boolean;
}

/**
 * One try of a stream: its number, when it was sent at the earliest and how long it took, milliseconds from `base`, the
 * index of its outcome, and how much later it was sent at the latest, where that is worth telling.
 */
export type StreamTry =
	| [index: number, sent: number, took: number, outcome: number]
	| [index: number, sent: number, took: number, outcome: number, later: number];

/** Stands between the token of a stream and the number of a try; no other token has it. */
export const streamSeparator = '~';

export type AgentCommand =
	/** Opens (or reopens) a control stream; answered by `ready`, then by every kept record with seq > after. */
	| { do: 'hello'; run: string; after: number }
	| { do: 'ping'; id: number }
	| { do: 'attempt'; attempts: AttemptCommand[] }
	/** From now on every attempt that is out waits this long at most, counted from its sending. Milliseconds. */
	| { do: 'limit-wait'; wait: number }
	/** Opens a connection and keeps it; answered by a `result` for its token once the greeting came back. */
	| { do: 'hold'; name: string; attempt: AttemptCommand }
	/** Sends a fresh token over a held connection; answered by a `result`. */
	| { do: 'attempt-on'; name: string; token: string; deadline: number }
	| { do: 'release'; name: string }
	/** Begins continuous attempts, which go on also while nobody listens to what is told of them. */
	| { do: 'begin-streams'; streams: StreamAttempt[] }
	/** Ends those with these tokens; answered by what is still out, then `streams-ended`. */
	| { do: 'end-streams'; id: number; tokens: string[] }
	/** Ends every attempt in flight and in line: each gets its `result` (`not-run`, detail `cancelled`). Then `cancelled`. */
	| { do: 'cancel'; id: number }
	/** Stops the boot plan; answered by the results that are still out, then `boot-stopped`. */
	| { do: 'stop-boot'; id: number }
	/** Connects to every own listener over loopback, in each family, with a token. */
	| { do: 'self-check'; id: number }
	| { do: 'counters'; id: number }
	/** Looks once more for half-open connections, then answers in sequence: whatever arrived before has a lower number. */
	| { do: 'barrier'; id: number }
	/** Records up to this number may be forgotten. */
	| { do: 'ack'; seq: number }
	| { do: 'stop' };

/** Kernel counters of the agent's network namespace. An increase of a loss counter during an epoch caps the verdicts. */
export interface AgentCounters {
	/** TcpExt ListenDrops and ListenOverflows (/proc/net/netstat). */
	listenDrops: number;
	listenOverflows: number;
	/** Udp and Udp6 RcvbufErrors (/proc/net/snmp, /proc/net/snmp6). */
	udpReceiveBufferErrors: number;
	/** Packets sent on interfaces other than lo (/proc/net/dev): shows that a client was able to send. */
	sentPackets: number;
	receivedPackets: number;
	/** Input that was not of our protocol, or over a bound. */
	strays: number;
}

export interface SelfCheck {
	port: number;
	protocol: Protocol;
	family: IpFamily;
	ok: boolean;
	detail?: string;
}

export type AgentRecord = { seq: number; at: number } & (
	| {
			is: 'result';
			token: string;
			outcome: Outcome;
			startedAt: number;
			endedAt: number;
			source: { address?: string; port: number };
			/** Over TLS: what the server has shown. */
			certificate?: ServerCertificate;
	  }
	/** A held connection ended, and it was not us who ended it. */
	| { is: 'hold-ended'; name: string; outcome: Outcome }
	/** A token arrived at a listener. */
	| {
			is: 'witness';
			token: string;
			protocol: Protocol;
			from: SocketAddress;
			to: SocketAddress;
			held?: boolean;
			/** The name that was asked for, where it came in a DNS query. */
			asked?: string;
	  }
	/** What became of some tries of a stream, in the order in which they ended. */
	| { is: 'tries'; stream: string; base: number; outcomes: Outcome[]; tries: StreamTry[] }
	/** Tokens of a stream that arrived at a listener: number of the try, milliseconds from `base`. */
	| {
			is: 'sightings';
			stream: string;
			protocol: Protocol;
			from: string;
			to: SocketAddress;
			base: number;
			seen: [number, number][];
	  }
	/** The process was held up while continuous attempts went on. */
	| { is: 'stalled'; from: number; to: number }
	/** `made`: tries that were made; `left`: those that were left out because the process was late. */
	| { is: 'streams-ended'; id: number; streams: { stream: string; made: number; left: number }[] }
	/** What a proxy in front of the listener says of a token's sender: the request's X-Forwarded-Client-Cert, as it came. */
	| { is: 'identity'; token: string; forwardedClientCert: string }
	/** A half-open connection (SYN_RECV) was seen on a listener. */
	| { is: 'syn'; from: SocketAddress; to: SocketAddress }
	| { is: 'self-check'; id: number; checks: SelfCheck[] }
	| { is: 'counters'; id: number; counters: AgentCounters }
	| { is: 'cancelled'; id: number }
	| {
			is: 'boot-stopped';
			id: number;
			startedAt: number;
			tries: { token: string; source: { port: number }; destination: SocketAddress }[];
	  }
	| { is: 'barrier'; id: number }
	/** `lost` records were dropped at a bound: what the agent witnessed is incomplete. */
	| { is: 'overflow'; lost: number }
);

export type AgentMessage =
	| {
			is: 'ready';
			uid: string;
			at: number;
			startedAt: number;
			listening: AgentListen[];
			failures: { port: number; protocol: Protocol; family: IpFamily; detail: string }[];
	  }
	| { is: 'pong'; id: number; at: number }
	/** A command was refused (not JSON, unknown, another run); the agent goes on. */
	| { is: 'refused'; detail: string }
	| AgentRecord;

/**
 * What travels: `gatecrash/1 TOKEN\n` there, `gatecrash/1 TOKEN UID MAC\n` back; over HTTP `GET /gatecrash/TOKEN` with the
 * reply as its body. A server that speaks first begins with `gatecrash/1 greeting UID MAC\n`.
 */
export const wireMagic = 'gatecrash/1';
export const maximumLineLength = 1024;
/** Tokens of an agent's check of its own listeners begin with it; those of attempts are hexadecimal. */
export const selfCheckPrefix = 'self-';
