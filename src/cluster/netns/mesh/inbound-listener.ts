import type { IpFamily } from '../../../model/address.ts';
import type { AuthorizationPolicy } from './authorization-policy.ts';
import { blackhole, inboundCluster } from './clusters.ts';
import { type ForwardedClientCert, httpProxy, tcpProxy } from '../envoy/filters.ts';
import { type Json, typed } from '../envoy/json.ts';
import type { MeshPod } from './mesh-view.ts';
import type { MtlsMode } from './peer-authentication.ts';
import { listenAddresses, sidecarPorts } from './places.ts';
import { authorizationFilters } from './rbac.ts';
import { meshAlpns, type PeerValidation, serverTls } from './tls-context.ts';

/**
 * How long the inspection waits for a client's first bytes: for ever, as Istio's does unless the mesh's configuration says
 * otherwise (protocolDetectionTimeout). So a server that speaks first is never asked to, where its client waits for it.
 */
const inspectionTimeout = '0s';

/** What a sidecar makes of what comes to its pod. */
export interface InboundRules {
	validation: PeerValidation;
	authorizations: readonly AuthorizationPolicy[];
	forwards: ForwardedClientCert;
}

/**
 * Takes whatever comes to the pod. Chains are chosen by the port that the client meant and by what its first bytes are, as
 * Istio's are (pilot/pkg/networking/core, inbound listeners):
 *
 * | | TLS with an ALPN of the mesh | other TLS | clear text |
 * | --- | --- | --- | --- |
 * | PERMISSIVE | mutual TLS | to the application as it is; on HTTP ports nothing | to the application |
 * | STRICT | mutual TLS | mutual TLS | nothing |
 * | DISABLE | nothing | nothing | to the application |
 *
 * Where there is no chain the connection is reset. The first column's chain is the same in PERMISSIVE and STRICT, so that
 * its connections survive a change from one to the other; Envoy ends those of every chain that changes.
 */
export function inboundListener(folder: string, pod: MeshPod, family: IpFamily, rules: InboundRules): Json {
	const { validation, authorizations, forwards } = rules;
	const tls = { http: serverTls(folder, ['h2', 'http/1.1'], validation), tcp: serverTls(folder, tcpAlpns, validation) };
	const cluster = inboundCluster(family);
	const chains = (name: string, match: Json, http: boolean, mode: MtlsMode): Json[] => {
		const authorization = authorizationFilters(authorizations, http);
		const filters = http ? [httpProxy(cluster, forwards, authorization)] : [...authorization, tcpProxy(cluster)];
		const chain = (what: string, more: Json, socket?: Json) => ({
			name: `${name}-${what}`,
			filter_chain_match: { ...match, ...more },
			filters,
			...(socket && { transport_socket: socket }),
		});
		const mutual = http ? tls.http : tls.tcp;
		const otherTls = { transport_protocol: 'tls' };
		const mesh = chain('mesh', { ...otherTls, application_protocols: meshAlpns }, mutual);
		const clear = chain('clear', { transport_protocol: 'raw_buffer' });
		switch (mode) {
			case 'STRICT':
				return [mesh, chain('mutual', otherTls, mutual)];
			case 'PERMISSIVE':
				return http ? [mesh, clear] : [mesh, clear, chain('passed', otherTls)];
			case 'DISABLE':
				return [clear];
		}
	};
	return {
		name: `virtualInbound-${family}`,
		traffic_direction: 'INBOUND',
		address: {
			socket_address: { address: listenAddresses.inbound[family], port_value: sidecarPorts.inbound },
		},
		listener_filters: [originalDestination, tlsInspector(pod)],
		listener_filters_timeout: inspectionTimeout,
		continue_on_listener_filters_timeout: true,
		tcp_backlog_size: 16_384,
		filter_chains: [
			// Whoever connects to the sidecar itself would be sent round in a circle.
			{
				name: 'virtualInbound-blackhole',
				filter_chain_match: { destination_port: sidecarPorts.inbound },
				filters: [tcpProxy(blackhole)],
			},
			...pod.ports.flatMap(({ port, http, mode }) => chains(`${port}`, { destination_port: port }, http, mode)),
			...chains('others', {}, false, pod.others),
		],
	};
}

const tcpAlpns = ['istio-peer-exchange', 'h2', 'http/1.1'];

export const originalDestination = {
	name: 'envoy.filters.listener.original_dst',
	typed_config: typed('filters.listener.original_dst.v3.OriginalDst'),
};

/**
 * Not where a server speaks first on a port of a Service on which no TLS ends: there neither waits for the other. Istio inspects
 * no such port of a Service (pilot/pkg/networking/core, listener_inbound.go); here the others are inspected all the same, so that
 * TLS is refused there and does not reach an application that can't read it.
 */
function tlsInspector({ ports }: MeshPod): Json {
	const clear = ports
		.filter(({ mode, bound, first }) => mode === 'DISABLE' && bound && first === 'server')
		.map(({ port }) => ({ destination_port_range: { start: port, end: port + 1 } }));
	const [first, second] = clear;
	return {
		name: 'envoy.filters.listener.tls_inspector',
		typed_config: typed('filters.listener.tls_inspector.v3.TlsInspector'),
		...(first && { filter_disabled: second ? { or_match: { rules: clear } } : first }),
	};
}
