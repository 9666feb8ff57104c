import { type IpFamily, ipFamilies, type Protocol } from '../model/address.ts';
import type { AgentListen } from '../model/agent.ts';
import { ownAddresses } from './own-addresses.ts';
import { listenDns } from './dns-listener.ts';
import type { Resolver } from './resolver.ts';
import { listenTcp } from './tcp-listener.ts';
import { listenUdp } from './udp-listener.ts';
import type { Witness } from './witness.ts';

/** A listener of one family, with the addresses that a self-check has to try: one for each of its sockets. */
export interface BoundListener {
	listen: AgentListen;
	family: IpFamily;
	addresses: string[];
}

export interface Listening {
	bound: BoundListener[];
	failures: { port: number; protocol: Protocol; family: IpFamily; detail: string }[];
}

/** More addresses than this share the socket for all addresses. */
const maximumUdpAddresses = 64;

/**
 * Opens every listener in both families, each family on its own, so that no address is ever IPv4-mapped.
 * A family of which the pod has no address may fail silently.
 */
export async function openListeners(
	wanted: AgentListen[],
	connections: number,
	witness: Witness,
	resolver: Resolver,
): Promise<Listening> {
	const listening: Listening = { bound: [], failures: [] };
	const open = async (listen: AgentListen, family: IpFamily) => {
		try {
			const addresses = await openListener(listen, family, connections, witness, resolver);
			listening.bound.push({ listen, family, addresses });
		} catch (error) {
			if (ownAddresses(family).length === 0) return;
			const detail = (error as NodeJS.ErrnoException).code ?? String(error);
			listening.failures.push({ port: listen.port, protocol: listen.protocol, family, detail });
		}
	};
	await Promise.all(wanted.flatMap((listen) => ipFamilies.map((family) => open(listen, family))));
	return listening;
}

async function openListener(
	listen: AgentListen,
	family: IpFamily,
	connections: number,
	witness: Witness,
	resolver: Resolver,
): Promise<string[]> {
	const { port, protocol, resolves } = listen;
	const loopback = family === 'ipv6' ? '::1' : '127.0.0.1';
	if (protocol === 'sctp') throw new Error('Node.js has no SCTP sockets');
	if (protocol === 'tcp') {
		if (resolves === undefined || resolves === 'udp') await listenTcp(listen, family, connections, witness);
		else await listenDns(port, resolves, family, connections, resolver, witness);
		return [loopback];
	}
	const asked = resolves === undefined ? undefined : resolver;
	const single = ownAddresses(family).slice(0, maximumUdpAddresses);
	await listenUdp(port, family, family === 'ipv6' ? '::' : '0.0.0.0', true, witness, asked);
	const opened = await Promise.all(
		single.map((address) =>
			listenUdp(port, family, address, true, witness, asked).then(
				() => [address],
				// Not usable yet (duplicate address detection): the socket for all addresses takes its datagrams.
				() => [],
			),
		),
	);
	const addresses = opened.flat();
	return addresses.length > 0 ? addresses : [loopback];
}
