import { z } from 'zod';
import { outcomeCodes } from '../model/outcome.ts';
import { dnsLabel, oneOrList, portPattern, sourcePattern, targetPattern, viaPattern } from './schema-names.ts';

export const source = z.string().regex(sourcePattern, 'a source: POD, node/NAME, external/NAME or all');
export const target = z
	.string()
	.regex(
		targetPattern,
		'a target: NAME[:PORT[/PROTOCOL]] with svc/, node/, nodePort/, loadBalancer/ or external/ before it, or apiserver, metadata, kubelet',
	);

export const via = z
	.string()
	.regex(viaPattern, 'cluster, cluster/pod, cluster/node-local, external/NAME, or another target');
export const over = oneOrList(z.enum(['udp', 'tcp', 'tls', 'https']));

const matrix = z.strictObject({
	pods: z.union([z.literal('all'), z.array(dnsLabel).min(2)]).describe('`all`, or a list of pods.'),
	ports: z
		.union([
			z.literal('all'),
			z
				.array(
					z.union([z.int().min(1).max(65535), z.string().regex(portPattern, 'a port such as 80/tcp, or its name')]),
				)
				.min(1),
		])
		.describe('`all` that the pods listen on, or a list: `80/tcp`, `53/udp`, or the name of a port.'),
	loopback: z
		.boolean()
		.optional()
		.describe(
			'Also from each pod to itself; the specification leaves those open, so they are observed. Default false.',
		),
	sample: z
		.int()
		.min(1)
		.optional()
		.describe(
			'Of pods that no policy tells apart, only so many pairs: every class of pods is attempted from every class, and the report says how many paths those cells stand for. Default: all pairs.',
		),
	seed: z.int().min(0).optional().describe('With `sample`: which pairs are taken. Default 0.'),
});

const asked = {
	name: z
		.string()
		.min(1)
		.max(253)
		.describe('The name that is asked for; `$(token)` and `$(external.X.zone)` may stand in it.'),
	type: z
		.enum(['A', 'AAAA', 'TXT', 'CNAME', 'SRV', 'MX', 'NS', 'PTR', 'NULL', 'HTTPS'])
		.optional()
		.describe('Record type; default `A`.'),
};

/** What continuous attempts ask: one message there, one back. */
export const plainQuery = z.strictObject(asked);

const query = z.strictObject({
	...asked,
	size: z.int().min(1).max(65000).optional().describe('Bytes of the answer, of resolvers that the harness owns.'),
	edns: z
		.int()
		.min(0)
		.max(65535)
		.optional()
		.describe('The largest answer over UDP that the client takes; 0: no EDNS at all. Default 1232.'),
	search: z
		.boolean()
		.optional()
		.describe(
			'Asks over UDP as a stub resolver in the client’s pod does: with fewer than five dots first below `NAMESPACE.svc.cluster.local`, `svc.cluster.local` and `cluster.local`. Default false.',
		),
});

const spiffeId = z
	.string()
	.regex(/^spiffe:\/\/[a-z0-9.-]+\/[A-Za-z0-9._/-]+$/, 'a SPIFFE id such as spiffe://cluster.local/ns/shop/sa/default');

export const attemptSchema = z
	.strictObject({
		name: dnsLabel.optional().describe('A stable name for its case ids; default: made from the path.'),
		kind: z
			.enum(['connect', 'plaintext', 'mtls', 'tls', 'dns'])
			.optional()
			.describe('What is attempted; default `connect`: a token there and back.'),
		from: oneOrList(source)
			.optional()
			.describe('Who attempts: `POD`, `node/NAME`, `external/NAME`, `all` (every pod), or a list.'),
		to: oneOrList(target)
			.optional()
			.describe(
				'What is attempted: `POD:PORT`, `svc/NAME:PORT`, `node/NAME:PORT`, `nodePort/NAME[:PORT]`, `loadBalancer/NAME[:PORT]`, `external/NAME:PORT`, `apiserver`, `metadata[/dns|/pod-identity][:PORT]`, `kubelet`, or a list. PORT is a number or a name, `/udp` or `/sctp` may follow; without a port: all that the target listens on.',
			),
		matrix: matrix.optional().describe('All pairs of pods, instead of `from` and `to`.'),
		on: dnsLabel.optional().describe('Goes over the connection that an earlier `hold` of this name opened.'),
		expect: z
			.enum(['allowed', 'blocked', 'predicted', 'observe', 'unprotected'])
			.describe(
				'`allowed`, `blocked`, `predicted` (what the policies’ text implies), `observe` (only reported), `unprotected` (a declared hole; needs a `reason`).',
			),
		reason: z.string().min(1).max(1000).optional().describe('Why this is expected.'),
		by: oneOrList(z.enum(outcomeCodes))
			.optional()
			.describe('How a blocked path must be closed: any one of these outcomes.'),
		speaks: z.enum(['tcp', 'http']).optional().describe('What is spoken; default: what the target speaks.'),
		identity: spiffeId.optional().describe('SPIFFE id that the server must see (`mtls` and `tls` over HTTP).'),
		forgedIdentity: spiffeId
			.optional()
			.describe(
				'SPIFFE id that the client itself writes into X-Forwarded-Client-Cert (over HTTP): nobody may take it for the client’s.',
			),
		certificate: z
			.enum(['valid', 'none', 'wrong-ca', 'expired', 'not-yet-valid', 'other-trust-domain', 'other-identity'])
			.optional()
			.describe('Client certificate that is shown (`tls`); default `valid`.'),
		alpn: oneOrList(z.string().regex(/^[\x20-\x7e]{1,255}$/, 'an ALPN protocol such as istio or http/1.1'))
			.optional()
			.describe(
				'ALPN protocols that are offered (`tls`); `istio` stands for all that Istio’s sidecars offer each other.',
			),
		presents: z
			.strictObject({
				identity: z
					.string()
					.regex(/^spiffe:\/\/[a-z0-9.-]+\/\S+$/, 'a SPIFFE id such as spiffe://cluster.local/ns/shop/sa/default')
					.optional()
					.describe('SPIFFE id: its only URI.'),
				issuer: z.string().min(1).max(500).optional().describe('Its issuer, such as `O=cluster.local`.'),
				renewed: z
					.boolean()
					.optional()
					.describe(
						'It is another one than this server showed in the attempts before (`true`), or the same (`false`).',
					),
			})
			.optional()
			.describe(
				'What the certificate that the server shows must be like (`tls`), also where it then refuses its client.',
			),
		via: via
			.optional()
			.describe(
				'Resolver that is asked (`dns`): `cluster` (the cluster’s DNS by the address of its Service), `cluster/pod` (by the address of a pod behind it), `cluster/node-local` (the cache on each node, 169.254.20.10; IPv4 only), `external/NAME`, or another target; `:PORT` may follow.',
			),
		over: over.optional().describe('Transports of the query (`dns`); default `udp`.'),
		query: query.optional().describe('The query (`dns`).'),
	})
	.meta({ id: 'Attempt' });
