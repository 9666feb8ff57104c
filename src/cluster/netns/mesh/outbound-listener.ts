import type { IpFamily } from '../../../model/address.ts';
import { blackhole, meshCluster, passthrough, serviceCluster } from './clusters.ts';
import { type ForwardedClientCert, httpProxy, tcpProxy } from '../envoy/filters.ts';
import { originalDestination } from './inbound-listener.ts';
import type { Json } from '../envoy/json.ts';
import type { MeshService } from './mesh-view.ts';
import { listenAddresses, sidecarPorts } from './places.ts';

/** What a sidecar knows of the mesh. */
export interface Outbound {
	services: readonly MeshService[];
	/** What goes to none of them: on as it is, or nowhere. */
	others: 'passed' | 'refused';
	forwards: ForwardedClientCert;
}

/**
 * Takes whatever the pod sends over TCP. What goes to a Service goes to one of its backends; everything else goes where it
 * was sent, as it is: so does what is sent to a pod's own address, which no sidecar of Istio takes for a Service either. For
 * headless Services there are no other addresses, so that Istio knows those of their pods, but of TCP ports only: of HTTP it
 * asks the Host header, which is no name that it knows.
 */
export function outboundListener({ services, others, forwards }: Outbound, family: IpFamily): Json {
	return {
		name: `virtualOutbound-${family}`,
		traffic_direction: 'OUTBOUND',
		address: {
			socket_address: { address: listenAddresses.outbound[family], port_value: sidecarPorts.outbound },
		},
		listener_filters: [originalDestination],
		tcp_backlog_size: 16_384,
		// Envoy looks at the port first, and then only at chains that name it; all of them do.
		filter_chains: [
			...services.flatMap((service) => chainOfService(service, family, forwards)),
			...chainsOfHeadless(services, family),
		],
		default_filter_chain: { name: 'others', filters: [tcpProxy(others === 'passed' ? passthrough : blackhole)] },
	};
}

function chainOfService(service: MeshService, family: IpFamily, forwards: ForwardedClientCert): Json[] {
	const address = service.addresses[family];
	if (address === undefined) return [];
	const cluster = serviceCluster(service, family);
	const filter = service.http ? httpProxy(cluster, forwards) : tcpProxy(cluster);
	return [chain(cluster, address, service.port, filter)];
}

/** One for each pod and port, however many Services it is behind. */
function chainsOfHeadless(services: readonly MeshService[], family: IpFamily): Json[] {
	const chains = new Map<string, Json>();
	for (const { addresses, http, backends } of services) {
		if (http || Object.keys(addresses).length > 0) continue;
		for (const { addresses: own, port, identity } of backends) {
			const address = own[family];
			if (address === undefined || identity === undefined) continue;
			const name = `${address}:${port}`;
			chains.set(name, chain(name, address, port, tcpProxy(meshCluster)));
		}
	}
	return [...chains.values()];
}

function chain(name: string, address: string, port: number, filter: Json): Json {
	return {
		name,
		filter_chain_match: {
			prefix_ranges: [{ address_prefix: address, prefix_len: address.includes(':') ? 128 : 32 }],
			destination_port: port,
		},
		filters: [filter],
	};
}
