/** IP families are always judged apart: nothing in gatecrash may choose a family by itself. */
export type IpFamily = 'ipv4' | 'ipv6';

export const ipFamilies: readonly IpFamily[] = ['ipv4', 'ipv6'];

/** Transport protocols of NetworkPolicy v1, in lower case as scenario files write them. */
export type Protocol = 'tcp' | 'udp' | 'sctp';

/** Literal addresses of one endpoint, at most one per family. */
export interface Addresses {
	ipv4?: string;
	ipv6?: string;
}

export interface SocketAddress {
	address: string;
	port: number;
}
