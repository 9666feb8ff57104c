import type { Protocol, SocketAddress } from './address.ts';

/** What a policy engine says of one packet in its own log. Only ever evidence beside ours: it decides nothing. */
export interface PolicyEvent {
	/** As the pod's interface saw them: towards a Service the client's side has the Service's address. */
	from: SocketAddress;
	to: SocketAddress;
	protocol: Protocol;
	/** The log's own words; a connection that has expired in its tables is neither. */
	verdict: 'ACCEPT' | 'DENY';
	/** At whose pod; undefined where the log does not say. */
	direction: 'ingress' | 'egress' | undefined;
}

/** What was read of the log of one node since it was opened. */
export interface PolicyEventsOfNode {
	node: string;
	events: PolicyEvent[];
	/** Lines about connections that could not be made out. */
	unreadable: number;
	/** Why something is missing; undefined: all of it was read. */
	missing: string | undefined;
}

/** Logs of all nodes, from the moment they were opened on. */
export interface PolicyEventLog {
	read(signal: AbortSignal): Promise<PolicyEventsOfNode[]>;
}
