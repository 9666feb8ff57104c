import type { Addresses, Protocol } from './address.ts';

/** How a query travels: plain over UDP or TCP (RFC 1035, 7766), over TLS (RFC 7858), over HTTPS with HTTP/2 (RFC 8484). */
export const dnsTransports = {
	udp: { protocol: 'udp', port: 53 },
	tcp: { protocol: 'tcp', port: 53 },
	tls: { protocol: 'tcp', port: 853 },
	https: { protocol: 'tcp', port: 443 },
} as const satisfies Record<string, { protocol: Protocol; port: number }>;

export type DnsTransport = keyof typeof dnsTransports;

export const dnsRecordTypes = ['A', 'AAAA', 'TXT', 'CNAME', 'SRV', 'MX', 'NS', 'PTR', 'NULL', 'HTTPS'] as const;
export type DnsRecordType = (typeof dnsRecordTypes)[number];

/** One question, and how it is asked. docs/dns.md */
export interface DnsQuestion {
	over: DnsTransport;
	/** `$(token)` in it stands for the try's token. Without one the token travels in an EDNS option. */
	name: string;
	type: DnsRecordType;
	/** Bytes that the answer is to have, of resolvers of ours. */
	size?: number;
	/** The largest UDP answer that the client takes (RFC 6891); 0: no EDNS at all, so 512. */
	edns: number;
	/** Domains below which the name is asked for first, one after the other, until one of them answers. */
	search?: string[];
}

/** What most clients say (https://www.dnsflagday.net/2020/). */
export const defaultEdns = 1232;

/** The names that a question asks for, in order. */
export function namesAsked({ name, search = [] }: Pick<DnsQuestion, 'name' | 'search'>): string[] {
	return [...search.map((domain) => `${name}.${domain}`), name];
}

/** What came back for one question. */
export interface DnsResponse {
	/** `NOERROR`, `NXDOMAIN`, ... */
	rcode: string;
	/** Of the message, the last one where the client asked again. */
	bytes: number;
	/** Bytes of data in TXT records whose MAC is valid: what was carried in. */
	carried: number;
	/** Of A and AAAA records, at most 20. */
	addresses: string[];
	/** The answer over UDP was truncated, and this became of asking again over TCP. */
	retried?: { code: string; detail?: string };
}

/** What a resolver knows beside what any resolver of ours answers. */
export interface ResolverSettings {
	/** Addresses by name, in lower case without the final dot. */
	names: Record<string, string[]>;
	/** Below this domain it alone knows what there is: other names do not exist. */
	domain?: string;
	/** Everything else is passed on: to the resolver of the longest zone that holds the name, else to the first one. */
	forward: { zone: string; addresses: Addresses }[];
}

/** Of the names that resolvers of ours answer for; nobody else does (RFC 6761). */
export const ownDomain = 'gatecrash.test';

/** The zone of an endpoint outside. */
export function zoneOf(external: string): string {
	return `${external}.${ownDomain}`;
}

/** Asked of every resolver by its own agent, which answers it by itself, whatever else it does. */
export const selfCheckZone = `self-check.${ownDomain}`;

/**
 * Number of the EDNS option with which a token travels where the name has no room for it: from the range for local use
 * (RFC 6891, 9).
 */
export const tokenOption = 65_001;

/** Labels that tell a resolver of ours how to answer: `size-1500`, `ttl-1`, `cname-3`, `addresses-60`, `rebind`. */
export const sizeLabel = 'size';
/** The name as it is asked, with the size that it demands. */
export function askedName({ name, size }: { name: string; size?: number | undefined }, token: string): string {
	const prefix = size === undefined ? '' : `${sizeLabel}-${size}.`;
	return prefix + name.replaceAll('$(token)', token);
}

/** Whether an answer of ours as long as this is truncated over UDP. */
export function isTruncated({ over, size, edns }: DnsQuestion): boolean {
	return over === 'udp' && (size ?? 0) > Math.max(512, edns);
}
