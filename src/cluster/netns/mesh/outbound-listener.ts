import type { IpFamily } from '../../../model/address.ts';
import { meshCluster, passthrough, serviceCluster } from './clusters.ts';
import { httpProxy, tcpProxy } from './filters.ts';
import { originalDestination } from './inbound-listener.ts';
import type { Json } from './json.ts';
import type { MeshPod, MeshService, MeshView } from './mesh-view.ts';
import { listenAddresses, sidecarPorts } from './places.ts';

/**
 * Takes whatever the pod sends over TCP. What goes to a Service goes to one of its backends; what goes to the address of a
 * pod with a sidecar goes there over mutual TLS; everything else goes where it was sent, as it is.
 *
 * Of Istio the second is not true: it sends what is meant for a pod's own address in the clear, unless a headless Service
 * has that pod behind it. Here it is so because the paths of a scenario are mostly between pods (docs/embedded-cluster.md).
 */
export function outboundListener({ pods, services }: MeshView, family: IpFamily): Json {
	// Envoy looks at the port first and then only at chains that name it, so a pod needs one for each that any chain names.
	const ports = [services.map(({ port }) => port), pods.flatMap((pod) => pod.ports.map(({ port }) => port))];
	const named = [...new Set(ports.flat())].toSorted((a, b) => a - b);
	return {
		name: `virtualOutbound-${family}`,
		traffic_direction: 'OUTBOUND',
		address: {
			socket_address: { address: listenAddresses.outbound[family], port_value: sidecarPorts.outbound },
		},
		listener_filters: [originalDestination],
		tcp_backlog_size: 16_384,
		filter_chains: [
			...services.flatMap((service) => chainOfService(service, family)),
			...pods.flatMap((pod) => chainsOfPod(pod, family, named)),
		],
		default_filter_chain: { name: 'passthrough', filters: [tcpProxy(passthrough)] },
	};
}

function chainOfService(service: MeshService, family: IpFamily): Json[] {
	const address = service.addresses[family];
	if (address === undefined) return [];
	const cluster = serviceCluster(service, family);
	return [chain(cluster, address, service.port, service.http ? httpProxy(cluster, 'outbound') : tcpProxy(cluster))];
}

function chainsOfPod(pod: MeshPod, family: IpFamily, named: readonly number[]): Json[] {
	const address = pod.addresses[family];
	if (address === undefined) return [];
	const chainOf = (port: number | undefined) => {
		const { http, mode } = pod.ports.find((one) => one.port === port) ?? { http: false, mode: pod.others };
		const name = `${pod.namespace}/${pod.name}:${port ?? 'others'}`;
		// As Istio's sidecars, which know who takes no TLS.
		if (mode === 'DISABLE') return chain(name, address, port, tcpProxy(passthrough));
		const cluster = meshCluster(http);
		return chain(name, address, port, http ? httpProxy(cluster, 'outbound') : tcpProxy(cluster));
	};
	return [...named, undefined].map(chainOf);
}

function chain(name: string, address: string, port: number | undefined, filter: Json): Json {
	return {
		name,
		filter_chain_match: {
			prefix_ranges: [{ address_prefix: address, prefix_len: address.includes(':') ? 128 : 32 }],
			...(port !== undefined && { destination_port: port }),
		},
		filters: [filter],
	};
}
