import { z } from 'zod';
import { portNumber } from './schema-names.ts';

const subjectAltName = z
	.string()
	.regex(
		/^(?:spiffe:\/\/[a-z0-9.-]+\/[A-Za-z0-9._/-]+|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)$/,
		'a DNS name such as app.shop, or a SPIFFE id',
	);
const certificateNames = z.array(subjectAltName).min(1).max(20);

const certificateKeys = {
	names: certificateNames
		.optional()
		.describe('Its subject alternative names, DNS or SPIFFE ids; default: the SPIFFE id of the pod.'),
	is: z
		.enum(['valid', 'wrong-ca', 'expired', 'not-yet-valid'])
		.optional()
		.describe(
			'Who made it, and for when; default `valid`. `wrong-ca`: an authority that looks like ours, as an impostor’s.',
		),
};

const downstreamTls = z.strictObject({
	requireClientCertificate: z
		.boolean()
		.optional()
		.describe('Whether clients need a certificate of our authority (`require_client_certificate`); default false.'),
	subjectAltNames: certificateNames
		.optional()
		.describe('Names of which a client’s certificate needs one (`match_typed_subject_alt_names`); default: any.'),
});

const upstreamTls = z.strictObject({
	verifies: z
		.enum(['authority', 'nothing'])
		.optional()
		.describe('Whether the server’s certificate has to be of our authority (`trusted_ca`); default `authority`.'),
	subjectAltNames: certificateNames
		.optional()
		.describe('Names of which the server’s certificate needs one (`match_typed_subject_alt_names`); default: any.'),
	clientCertificate: z
		.boolean()
		.optional()
		.describe('Whether the proxy shows its own certificate (`tls_certificates`); default false.'),
});

const listener = z
	.strictObject({
		port: portNumber.describe('The TCP port on which the proxy listens.'),
		to: z
			.union([
				portNumber,
				z
					.string()
					.regex(/^(?:svc\/)?[a-z0-9][a-z0-9-]*:[1-9]\d{0,4}$/, 'a port of its own pod, POD:PORT or svc/NAME:PORT'),
			])
			.describe('Where it passes connections on to: a port of its own pod, `POD:PORT` or `svc/NAME:PORT`.'),
		downstreamTls: downstreamTls
			.optional()
			.describe('It ends TLS, as `DownstreamTlsContext` says; without it: clear text.'),
		upstreamTls: upstreamTls
			.optional()
			.describe('It opens TLS to where it passes on, as `UpstreamTlsContext` says; without it: clear text.'),
	})
	.meta({ id: 'ProxyListener' });

export const proxySchema = z
	.strictObject({
		certificate: z
			.strictObject({
				...certificateKeys,
				reloads: z
					.boolean()
					.optional()
					.describe(
						'Whether the proxy notices that its file holds another one (`rotate`), as with SDS; default true. false: it reads it once, as with `filename` in a listener.',
					),
			})
			.optional()
			.describe('The one certificate that the proxy shows, to clients and to servers.'),
		listeners: z.array(listener).min(1).max(20).describe('What it listens on.'),
	})
	.meta({ id: 'Proxy' });

/** A certificate that takes the place of a proxy's. */
export const rotatedCertificate = z.strictObject(certificateKeys);

export type ProxyInput = z.infer<typeof proxySchema>;
