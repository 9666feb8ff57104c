/** A piece of Envoy's configuration. Whoever reads it is Envoy, which refuses what it does not know. */
export type Json = { [key: string]: unknown };

const extensions = 'type.googleapis.com/envoy.extensions';

/** What Envoy calls a typed config: `type` is the name under envoy.extensions, such as `filters.network.tcp_proxy.v3.TcpProxy`. */
export function typed(type: string, config: Json = {}): Json {
	return { '@type': `${extensions}.${type}`, ...config };
}
