import type { ServerCertificate } from '../model/agent.ts';
import type { Outcome } from '../model/outcome.ts';

/** A client's socket, TCP or UDP. */
export interface Channel {
	/** Only after `open`. */
	send(text: string): void;
	/** The local address that the kernel chose, where it is known. */
	source(): { address?: string; port?: number };
	/** Over TLS: what the server has shown, once the client's handshake is over. */
	server?(): ServerCertificate | undefined;
	/** Ends it at once: nothing more leaves, not even a retransmission. */
	close(): void;
}

export interface ChannelEvents {
	/** The SYN, or the first datagram, leaves now. */
	sending(): void;
	/** The call that sends it has returned; not told by every channel. */
	sent?(): void;
	open(): void;
	data(text: string): void;
	/** Once, and nothing after it; not after `close`. */
	ended(outcome: Outcome): void;
}

const byTheNetwork: Record<string, Outcome['code']> = {
	ECONNREFUSED: 'refused',
	ECONNRESET: 'reset',
	ECONNABORTED: 'reset',
	EPIPE: 'reset',
	ETIMEDOUT: 'timed-out',
	EHOSTUNREACH: 'unreachable',
	ENETUNREACH: 'unreachable',
	EHOSTDOWN: 'unreachable',
	ENONET: 'unreachable',
	ENOPROTOOPT: 'unreachable',
	EPROTO: 'unreachable',
	EOPNOTSUPP: 'unreachable',
	EMSGSIZE: 'unreachable',
	// ICMPv6 "administratively prohibited".
	EACCES: 'unreachable',
};

/**
 * What a socket's error says. `local`: the call itself failed, before anything left the pod (no route, no such
 * address, a firewall in the pod); such a try did not happen, whatever the errno. The same errno that arrives later is
 * an ICMP error from the network.
 */
export function outcomeOfError(error: unknown, local: boolean): Outcome {
	const code = (error as NodeJS.ErrnoException).code ?? String(error);
	if (code === 'ECONNREFUSED') return { code: 'refused', detail: code };
	return { code: (!local && byTheNetwork[code]) || 'not-run', detail: code };
}
