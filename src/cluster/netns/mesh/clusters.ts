import { type IpFamily, ipFamilies } from '../../../model/address.ts';
import { type ClientTls, hostOf } from './destination-rule.ts';
import { commonOfClusters, oneRequestEach, rawBuffer } from '../envoy/cluster-basics.ts';
import type { Json } from '../envoy/json.ts';
import type { MeshService } from './mesh-view.ts';
import { inboundSource, sidecarMark } from './places.ts';
import { trustDomain } from '../../spiffe.ts';
import { clientTls } from './tls-context.ts';

const alpns = { http: ['istio-http/1.1', 'istio'], tcp: ['istio-peer-exchange', 'istio'] };

/** `istio` marks backends whose sidecar takes mutual TLS. */
const tlsMode = { tlsMode: 'istio' };

export const passthrough = 'PassthroughCluster';
export const blackhole = 'BlackHoleCluster';

export function inboundCluster(family: IpFamily): string {
	return `InboundPassthroughCluster-${family}`;
}

/** Pods behind headless Services, at the address that was dialled. */
export const meshCluster = 'mesh';

export function serviceCluster(service: MeshService, family: IpFamily): string {
	return `outbound|${service.port}|${family}|${hostOf(service)}`;
}

/** Clusters that are the same all the time; `folder` is the sidecar's own. */
export function staticClusters(folder: string): Json[] {
	const names = [{ prefix: `spiffe://${trustDomain}/` }];
	return [
		...ipFamilies.map((family) => ({
			...original(inboundCluster(family)),
			...oneRequestEach,
			upstream_bind_config: { source_address: { address: inboundSource[family], port_value: 0 } },
		})),
		{ ...original(passthrough), ...marked },
		{
			...original(meshCluster),
			...marked,
			transport_socket: clientTls(folder, alpns.tcp, { names, certificate: true }),
		},
		{ name: blackhole, type: 'STATIC', ...commonOfClusters },
	];
}

/**
 * The backends of a Service's port, one of them at random for each connection: with mutual TLS where a sidecar takes it
 * and in the clear elsewhere, unless a DestinationRule says one thing for all (`tls`).
 */
export function clusterOfService(
	folder: string,
	service: MeshService,
	family: IpFamily,
	tls: ClientTls | undefined,
): Json {
	const name = serviceCluster(service, family);
	const backends = service.backends.flatMap(({ addresses, port, identity }) => {
		const address = addresses[family];
		return address === undefined ? [] : [{ address, port, identity }];
	});
	return {
		name,
		type: 'STATIC',
		lb_policy: 'RANDOM',
		...commonOfClusters,
		...marked,
		...(service.http && oneRequestEach),
		load_assignment: {
			cluster_name: name,
			endpoints: [
				{
					lb_endpoints: backends.map(({ address, port, identity }) => ({
						endpoint: { address: { socket_address: { address, port_value: port } } },
						...(identity !== undefined && {
							metadata: { filter_metadata: { 'envoy.transport_socket_match': tlsMode } },
						}),
					})),
				},
			],
		},
		transport_socket_matches: socketsOf(folder, service, tls),
	};
}

function socketsOf(folder: string, service: MeshService, tls: ClientTls | undefined): Json[] {
	const clear = { name: 'disabled', match: {}, transport_socket: rawBuffer };
	if (tls === 'DISABLE') return [clear];
	const identities = service.backends.flatMap(({ identity }) => identity ?? []);
	const context = clientTls(folder, tls === 'SIMPLE' ? [] : service.http ? alpns.http : alpns.tcp, {
		names: [...new Set(identities)].map((exact) => ({ exact })),
		certificate: tls !== 'SIMPLE',
		sni: `outbound_.${service.port}_._.${hostOf(service)}`,
	});
	// Told to use TLS a sidecar does so with everybody; by itself only with whom it knows to take it.
	if (tls !== undefined) return [{ name: 'tls', match: {}, transport_socket: context }];
	return [{ name: 'tlsMode-istio', match: tlsMode, transport_socket: context }, clear];
}

function original(name: string): Json {
	return { name, type: 'ORIGINAL_DST', lb_policy: 'CLUSTER_PROVIDED', ...commonOfClusters };
}

const marked = {
	upstream_bind_config: {
		// SOL_SOCKET, SO_MARK.
		socket_options: [{ level: 1, name: 36, int_value: sidecarMark, state: 'STATE_PREBIND' }],
	},
};
