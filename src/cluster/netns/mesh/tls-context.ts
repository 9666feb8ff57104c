import { type Json, typed } from '../envoy/json.ts';
import { ownCertificate, secret, secretNames } from '../envoy/secrets.ts';
import { trustDomain } from '../../spiffe.ts';

/** What sidecars offer each other in the TLS handshake, and by what they tell it from other TLS. */
export const meshAlpns = ['istio', 'istio-peer-exchange', 'istio-http/1.0', 'istio-http/1.1', 'istio-h2'];

/** What a sidecar demands of the certificate that a client shows. */
export interface PeerValidation {
	/** That there is one. */
	demanded: boolean;
	/** A name in the mesh's own trust domain. */
	ownTrustDomain: boolean;
	/** That its time is now. */
	inTime: boolean;
	/** That the mesh's own authority made it. */
	ownAuthority: boolean;
}

export const fullValidation: PeerValidation = {
	demanded: true,
	ownTrustDomain: true,
	inTime: true,
	ownAuthority: true,
};

/** The server's side of mutual TLS: whoever has no accepted certificate is refused. */
export function serverTls(folder: string, alpns: string[], validation: PeerValidation): Json {
	// Envoy demands a certificate wherever it has a name to look for.
	const names = validation.ownTrustDomain && validation.demanded ? [{ prefix: `spiffe://${trustDomain}/` }] : [];
	return {
		name: 'envoy.transport_sockets.tls',
		typed_config: typed('transport_sockets.tls.v3.DownstreamTlsContext', {
			common_tls_context: {
				...commonTls(folder, alpns, names, !validation.inTime),
				...ownCertificate(folder),
			},
			require_client_certificate: validation.demanded,
		}),
	};
}

/**
 * The client's side. `names`: that the server's certificate must have one of; `certificate`: shows its own, without
 * which it is no mutual TLS.
 */
export function clientTls(
	folder: string,
	alpns: string[],
	options: { names: Json[]; certificate: boolean; sni?: string },
): Json {
	return {
		name: 'envoy.transport_sockets.tls',
		typed_config: typed('transport_sockets.tls.v3.UpstreamTlsContext', {
			common_tls_context: {
				...commonTls(folder, alpns, options.names, false),
				...(options.certificate && ownCertificate(folder)),
			},
			...(options.sni !== undefined && { sni: options.sni }),
		}),
	};
}

function commonTls(folder: string, alpns: string[], names: Json[], allowExpired: boolean): Json {
	return {
		alpn_protocols: alpns,
		tls_params: { tls_minimum_protocol_version: 'TLSv1_2' },
		combined_validation_context: {
			default_validation_context: {
				match_typed_subject_alt_names: names.map((matcher) => ({ san_type: 'URI', matcher })),
				...(allowExpired && { allow_expired_certificate: true }),
			},
			validation_context_sds_secret_config: secret(folder, secretNames.authority),
		},
	};
}
