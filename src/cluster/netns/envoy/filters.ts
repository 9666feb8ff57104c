import { type Json, typed } from './json.ts';

/** Sends a connection's bytes on to a cluster as they are. */
export function tcpProxy(cluster: string): Json {
	const config = typed('filters.network.tcp_proxy.v3.TcpProxy', {
		stat_prefix: cluster,
		cluster,
		// Held connections may be idle for as long as a scenario lasts.
		idle_timeout: '0s',
	});
	return { name: 'envoy.filters.network.tcp_proxy', typed_config: config };
}

/**
 * What becomes of X-Forwarded-Client-Cert, by Envoy's names (forward_client_cert_details): removed; what is known of the client
 * itself appended to what came over mutual TLS, everything else removed; or passed on, whoever wrote it.
 */
export type ForwardedClientCert = 'SANITIZE' | 'SANITIZE_SET' | 'APPEND_FORWARD' | 'ALWAYS_FORWARD_ONLY';

/** Istio's sidecars. */
export const istioForwards: Record<'inbound' | 'outbound', ForwardedClientCert> = {
	inbound: 'APPEND_FORWARD',
	outbound: 'SANITIZE',
};

/** Sends HTTP requests on to a cluster. `filters`: of requests, before they are sent on. */
export function httpProxy(cluster: string, forwards: ForwardedClientCert, filters: readonly Json[] = []): Json {
	const config = typed('filters.network.http_connection_manager.v3.HttpConnectionManager', {
		stat_prefix: cluster,
		codec_type: 'AUTO',
		server_name: 'istio-envoy',
		use_remote_address: false,
		forward_client_cert_details: forwards,
		...((forwards === 'APPEND_FORWARD' || forwards === 'SANITIZE_SET') && {
			set_current_client_cert_details: { subject: true, uri: true, dns: true },
		}),
		stream_idle_timeout: '0s',
		route_config: {
			name: cluster,
			virtual_hosts: [
				{ name: cluster, domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster, timeout: '0s' } }] },
			],
		},
		http_filters: [
			...filters,
			{ name: 'envoy.filters.http.router', typed_config: typed('filters.http.router.v3.Router') },
		],
	});
	return { name: 'envoy.filters.network.http_connection_manager', typed_config: config };
}
