import { typed } from './json.ts';

/** Under an attempt's deadline, so that a client hears of it when its proxy got no connection. */
const connectTimeout = '0.5s';

/** In the clear. */
export const rawBuffer = {
	name: 'envoy.transport_sockets.raw_buffer',
	typed_config: typed('transport_sockets.raw_buffer.v3.RawBuffer'),
};

/** Without the bounds that Envoy has by default: an attempt must not fail by them. */
const unbounded = {
	max_connections: 1_000_000,
	max_pending_requests: 1_000_000,
	max_requests: 1_000_000,
};

/** Of every cluster. */
export const commonOfClusters = { connect_timeout: connectTimeout, circuit_breakers: { thresholds: [unbounded] } };

/**
 * A pooled connection keeps the identity that it was opened with, whatever certificate and policy there are since
 * (research: for ever). So that each attempt is judged by what is in force now, no connection carries a second request.
 */
export const oneRequestEach = {
	typed_extension_protocol_options: {
		'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': typed('upstreams.http.v3.HttpProtocolOptions', {
			explicit_http_config: { http_protocol_options: {} },
			common_http_protocol_options: { max_requests_per_connection: 1 },
		}),
	},
};
