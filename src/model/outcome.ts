import type { DnsResponse } from './dns.ts';

/**
 * What happened to one try, as seen by the client and the target's witness together.
 * `definite` outcomes say for sure what became of the request; after an indefinite one it may still have arrived.
 * docs/outcomes.md is generated from this table.
 */
export const outcomes = {
	replied: { definite: true, means: 'the token came back with a valid MAC' },
	delivered: { definite: true, means: 'the target saw the token, the client got no reply' },
	'syn-received': { definite: true, means: 'the target saw the SYN of the planned 4-tuple, the handshake failed' },
	'answered-by-other': { definite: true, means: 'something answered that is not the target' },
	refused: { definite: true, means: 'the connection was refused (TCP RST to the SYN, or ICMP port unreachable)' },
	reset: { definite: false, means: 'the connection was reset after it had been accepted' },
	closed: { definite: false, means: 'the connection ended before the token came back' },
	'timed-out': { definite: false, means: 'nothing came back within the wait' },
	unreachable: { definite: false, means: 'the network answered with an ICMP error (its type is in the detail)' },
	'tls-alert': { definite: true, means: 'the TLS handshake was refused with an alert (its code is in the detail)' },
	'http-status': {
		definite: false,
		means: 'an HTTP response other than the target’s (status and proxy flags in the detail)',
	},
	'dns-answer': { definite: true, means: 'a resolver answered, without the MAC of ours' },
	'dns-refused': { definite: true, means: 'the resolver refused' },
	'dns-nxdomain': { definite: true, means: 'the resolver says that the name does not exist' },
	'dns-servfail': { definite: true, means: 'the resolver failed' },
	'dns-truncated': { definite: true, means: 'the answer was truncated' },
	'dns-cut-short': { definite: true, means: 'a resolver began to answer over a stream, and did not get to the end' },
	'not-run': { definite: true, means: 'the try did not happen: the probe could not send, or was cancelled' },
} as const;

export type OutcomeCode = keyof typeof outcomes;

export const outcomeCodes = Object.keys(outcomes) as OutcomeCode[];

/** What the client of one try saw. The witness is kept apart: only the judge puts the two together. */
export interface Outcome {
	code: OutcomeCode;
	/** errno name, ICMP type, TLS alert, HTTP status: whatever tells two causes of one code apart. */
	detail?: string;
	/** UID of the pod whose valid MAC came back (`replied`), or what is known of the stranger (`answered-by-other`). */
	by?: string;
	/** UID of the pod whose greeting came with a valid MAC before it ended so: that much of the target’s data got out. */
	greetedBy?: string;
	/** What a resolver said (`dns` attempts). */
	dns?: DnsResponse;
}
