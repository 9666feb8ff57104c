import { type Json, typed } from './json.ts';

/** Names of secrets, which are files of that name in Envoy's folder. */
export const secretNames = { certificate: 'default', authority: 'ROOTCA' } as const;

/** The same certificate in files that Envoy reads when it loads the listener or cluster that names them, and then no more. */
export const plainFiles = { chain: 'certificate.pem', key: 'key.pem' } as const;

/** The certificate that it shows, for a common_tls_context. */
export function ownCertificate(folder: string): Json {
	return { tls_certificate_sds_secret_configs: [secret(folder, secretNames.certificate)] };
}

/** A secret in a file that Envoy watches. */
export function secret(folder: string, name: string): Json {
	return {
		name,
		sds_config: { path_config_source: { path: `${folder}/${name}.json` }, resource_api_version: 'V3' },
	};
}

const secretType = 'transport_sockets.tls.v3.Secret';

/** The file of Envoy's own certificate, with a version that Envoy repeats when it has taken it. */
export function certificateFile({ chain, key }: { chain: string; key: string }, version: string): Json {
	const certificate = { certificate_chain: { inline_string: chain }, private_key: { inline_string: key } };
	return {
		version_info: version,
		resources: [typed(secretType, { name: secretNames.certificate, tls_certificate: certificate })],
	};
}

/** The file of whom Envoy trusts, PEM, with a version as above. */
export function authorityFile(roots: readonly string[], version: string): Json {
	const context = { trusted_ca: { inline_string: roots.join('\n') } };
	return {
		version_info: version,
		resources: [typed(secretType, { name: secretNames.authority, validation_context: context })],
	};
}
