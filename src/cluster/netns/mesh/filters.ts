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
 * Sends HTTP requests on to a cluster. `inbound`: what the client's certificate says goes into X-Forwarded-Client-Cert, as
 * Istio's sidecar does it: appended to what comes over mutual TLS, removed from everything else. Outbound it is removed.
 * `filters`: of requests, before they are sent on.
 */
export function httpProxy(cluster: string, direction: 'inbound' | 'outbound', filters: readonly Json[] = []): Json {
	const inbound = direction === 'inbound';
	const config = typed('filters.network.http_connection_manager.v3.HttpConnectionManager', {
		stat_prefix: cluster,
		codec_type: 'AUTO',
		server_name: 'istio-envoy',
		use_remote_address: false,
		forward_client_cert_details: inbound ? 'APPEND_FORWARD' : 'SANITIZE',
		...(inbound && { set_current_client_cert_details: { subject: true, uri: true, dns: true } }),
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
