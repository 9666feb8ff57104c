/**
 * What the capture program (src/cluster/wire/capture.pl) says, one JSON value per line. Messages with `seq` are numbered
 * 1, 2, 3, ... without gaps. Told `barrier ID`, it answers with what it has counted; whatever came before has a lower
 * number. Told `watch NUMBER ADDRESS...`, it begins anew with other pods.
 */
export type CaptureMessage =
	/** `watch`: the number of what it was told to watch. `unknown`: addresses of pods whose host side was not found. */
	| { is: 'ready'; watch: number; interfaces: { name: string; addresses: string[] }[]; unknown: string[] }
	/** A token stands readable in a packet. Ports are 0 where the protocol has none. */
	| {
			is: 'token';
			seq: number;
			interface: string;
			token: string;
			protocol: WireProtocol;
			from: string;
			fromPort: number;
			to: string;
			toPort: number;
	  }
	| { is: 'barrier'; seq: number; id: number; interfaces: CaptureTotals[]; flows: CaptureFlow[] };

export type WireProtocol = 'tcp' | 'udp' | 'icmp' | 'other';

/** Of one interface, since the capture began. */
export interface CaptureTotals {
	name: string;
	packets: number;
	bytes: number;
	/** Packets that the kernel did not hand over, or not whole. */
	drops: number;
}

/** TLS records of application data from one address to another, over all their connections. */
export interface CaptureFlow {
	interface: string;
	from: string;
	to: string;
	records: number;
	/** Of what the records hold, still encrypted. */
	bytes: number;
}
