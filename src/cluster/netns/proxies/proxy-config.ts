import { type Addresses, type IpFamily, ipFamilies } from '../../../model/address.ts';
import type { ProxyListener } from '../../../model/scenario.ts';
import { commonOfClusters, oneRequestEach, rawBuffer } from '../envoy/cluster-basics.ts';
import type { EnvoyConfig } from '../envoy/envoy-config.ts';
import { httpProxy, tcpProxy } from '../envoy/filters.ts';
import type { Json } from '../envoy/json.ts';
import { downstreamSocket, upstreamSocket } from './tls-contexts.ts';

/** A listener with what is known of where it leads to now. */
export interface KnownListener {
	listener: ProxyListener;
	http: boolean;
	/** Of its target; empty where there is none at the moment. */
	addresses: Addresses;
}

const everywhere: Record<IpFamily, string> = { ipv4: '0.0.0.0', ipv6: '::' };

/** What the proxy of a pod with these addresses does: one listener and one cluster for each port and family. */
export function proxyConfig(
	pod: { folder: string; addresses: Addresses; reloads: boolean },
	listeners: readonly KnownListener[],
): EnvoyConfig {
	const families = ipFamilies.filter((family) => pod.addresses[family] !== undefined);
	const each = families.flatMap((family) => listeners.map((known) => ({ family, known })));
	const basics = ({ http }: KnownListener) => ({ folder: pod.folder, reloads: pod.reloads, http });
	return {
		listeners: each.map(({ family, known }) => {
			const name = nameOf(known, family);
			const { downstreamTls: tls, port } = known.listener;
			return {
				name,
				address: { socket_address: { address: everywhere[family], port_value: port } },
				tcp_backlog_size: 16_384,
				filter_chains: [
					{
						name,
						filters: [known.http ? httpProxy(name, 'SANITIZE_SET') : tcpProxy(name)],
						...(tls && { transport_socket: downstreamSocket(basics(known), tls) }),
					},
				],
			};
		}),
		clusters: each.map(({ family, known }) => {
			const { upstreamTls: tls } = known.listener;
			return {
				name: nameOf(known, family),
				type: 'STATIC',
				...commonOfClusters,
				...(known.http && oneRequestEach),
				load_assignment: {
					cluster_name: nameOf(known, family),
					endpoints: [{ lb_endpoints: endpoint(known, family) }],
				},
				transport_socket: tls ? upstreamSocket(basics(known), tls) : rawBuffer,
			};
		}),
	};
}

function endpoint({ listener, addresses }: KnownListener, family: IpFamily): Json[] {
	const address = addresses[family];
	if (address === undefined) return [];
	return [{ endpoint: { address: { socket_address: { address, port_value: listener.to.port } } } }];
}

function nameOf({ listener }: KnownListener, family: IpFamily): string {
	return `${listener.port}-${family}`;
}
