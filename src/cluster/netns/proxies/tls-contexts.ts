import type { ProxyListener, ProxySpec } from '../../../model/scenario.ts';
import { type Json, typed } from '../envoy/json.ts';
import { ownCertificate, plainFiles, secret, secretNames } from '../envoy/secrets.ts';

/** What the transport sockets of a proxy have in common. */
export interface TlsBasics {
	/** The proxy's own. */
	folder: string;
	/** Its certificate is read again when its file changes. */
	reloads: ProxySpec['reloads'];
	/** HTTP is spoken inside. */
	http: boolean;
}

/** The server's side: DownstreamTlsContext. */
export function downstreamSocket(basics: TlsBasics, tls: NonNullable<ProxyListener['downstreamTls']>): Json {
	const { requireClientCertificate: required, subjectAltNames } = tls;
	return {
		name: 'envoy.transport_sockets.tls',
		typed_config: typed('transport_sockets.tls.v3.DownstreamTlsContext', {
			common_tls_context: {
				...common(basics),
				...certificate(basics),
				// Without one Envoy asks clients for nothing.
				...(required && validation(basics.folder, subjectAltNames)),
			},
			require_client_certificate: required,
		}),
	};
}

/** The client's side: UpstreamTlsContext. Without a validation context Envoy takes any server for the right one. */
export function upstreamSocket(basics: TlsBasics, tls: NonNullable<ProxyListener['upstreamTls']>): Json {
	const sni = tls.subjectAltNames.find((name) => !name.includes('://'));
	return {
		name: 'envoy.transport_sockets.tls',
		typed_config: typed('transport_sockets.tls.v3.UpstreamTlsContext', {
			common_tls_context: {
				...common(basics),
				...(tls.clientCertificate && certificate(basics)),
				...(tls.verifies === 'authority' && validation(basics.folder, tls.subjectAltNames)),
			},
			...(sni !== undefined && { sni }),
		}),
	};
}

function common({ http }: TlsBasics): Json {
	return { alpn_protocols: http ? ['http/1.1'] : [], tls_params: { tls_minimum_protocol_version: 'TLSv1_2' } };
}

function certificate({ folder, reloads }: TlsBasics): Json {
	if (reloads) return ownCertificate(folder);
	const file = (name: string) => ({ filename: `${folder}/${name}` });
	return { tls_certificates: [{ certificate_chain: file(plainFiles.chain), private_key: file(plainFiles.key) }] };
}

function validation(folder: string, names: readonly string[]): Json {
	return {
		combined_validation_context: {
			default_validation_context: {
				match_typed_subject_alt_names: names.map((exact) => ({
					san_type: exact.includes('://') ? 'URI' : 'DNS',
					matcher: { exact },
				})),
			},
			validation_context_sds_secret_config: secret(folder, secretNames.authority),
		},
	};
}
