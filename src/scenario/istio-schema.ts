import { z } from 'zod';
import { metadataSchema } from './network-policy-schema.ts';
import { labels, portNumber } from './schema-names.ts';

/**
 * Istio's kinds as its API server takes them, with unknown keys refused where access hangs on them; what only shapes
 * traffic (pools, outliers, load balancing) is passed through. https://istio.io/latest/docs/reference/config/
 */
const selector = z.strictObject({ matchLabels: labels.optional() });
const mtls = z.strictObject({ mode: z.enum(['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT']).optional() });
const portKey = z
	.string()
	.regex(
		/^(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/,
		'a number from 1 to 65535: the port of the workload, not a name',
	);
const texts = z.array(z.string().min(1).max(1000)).min(1);
const passedOn = z.looseObject({});

const peerAuthentication = z.strictObject({
	selector: selector.optional(),
	mtls: mtls.optional(),
	portLevelMtls: z.record(portKey, mtls).optional(),
});

const clientTls = z.strictObject({
	mode: z.enum(['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL']).optional(),
	clientCertificate: z.string().optional(),
	privateKey: z.string().optional(),
	caCertificates: z.string().optional(),
	caCrl: z.string().optional(),
	credentialName: z.string().optional(),
	subjectAltNames: texts.optional(),
	sni: z.string().optional(),
	insecureSkipVerify: z.boolean().optional(),
});
const shaping = {
	loadBalancer: passedOn.optional(),
	connectionPool: passedOn.optional(),
	outlierDetection: passedOn.optional(),
};
const trafficPolicy = z.strictObject({
	...shaping,
	tls: clientTls.optional(),
	portLevelSettings: z
		.array(z.strictObject({ ...shaping, port: z.strictObject({ number: portNumber }), tls: clientTls.optional() }))
		.optional(),
	tunnel: passedOn.optional(),
	proxyProtocol: passedOn.optional(),
	retryBudget: passedOn.optional(),
});
const destinationRule = z.strictObject({
	host: z.string().min(1).max(253),
	trafficPolicy: trafficPolicy.optional(),
	subsets: z
		.array(
			z.strictObject({ name: z.string().min(1), labels: labels.optional(), trafficPolicy: trafficPolicy.optional() }),
		)
		.optional(),
	exportTo: texts.optional(),
	workloadSelector: selector.optional(),
});

const source = z.strictObject({
	principals: texts.optional(),
	notPrincipals: texts.optional(),
	requestPrincipals: texts.optional(),
	notRequestPrincipals: texts.optional(),
	namespaces: texts.optional(),
	notNamespaces: texts.optional(),
	serviceAccounts: texts.optional(),
	notServiceAccounts: texts.optional(),
	ipBlocks: texts.optional(),
	notIpBlocks: texts.optional(),
	remoteIpBlocks: texts.optional(),
	notRemoteIpBlocks: texts.optional(),
});
const operation = z.strictObject({
	hosts: texts.optional(),
	notHosts: texts.optional(),
	ports: texts.optional(),
	notPorts: texts.optional(),
	methods: texts.optional(),
	notMethods: texts.optional(),
	paths: texts.optional(),
	notPaths: texts.optional(),
});
const authorizationPolicy = z.strictObject({
	selector: selector.optional(),
	targetRef: passedOn.optional(),
	targetRefs: z.array(passedOn).optional(),
	action: z.enum(['ALLOW', 'DENY', 'AUDIT', 'CUSTOM']).optional(),
	provider: z.strictObject({ name: z.string().min(1) }).optional(),
	rules: z
		.array(
			z.strictObject({
				from: z.array(z.strictObject({ source })).optional(),
				to: z.array(z.strictObject({ operation })).optional(),
				when: z
					.array(z.strictObject({ key: z.string().min(1), values: texts.optional(), notValues: texts.optional() }))
					.optional(),
			}),
		)
		.optional(),
});

const sidecar = z.strictObject({
	workloadSelector: z.strictObject({ labels: labels.optional() }).optional(),
	ingress: z.array(passedOn).optional(),
	egress: z
		.array(
			z.strictObject({
				hosts: z.array(z.string().regex(/^[^/]+\/[^/]+$/, 'NAMESPACE/HOST, such as ./* or shop/*')).min(1),
				port: passedOn.optional(),
				bind: z.string().optional(),
				captureMode: z.enum(['DEFAULT', 'IPTABLES', 'NONE']).optional(),
			}),
		)
		.optional(),
	outboundTrafficPolicy: z
		.strictObject({ mode: z.enum(['REGISTRY_ONLY', 'ALLOW_ANY']).optional(), egressProxy: passedOn.optional() })
		.optional(),
	inboundConnectionPool: passedOn.optional(),
});

const specs = {
	PeerAuthentication: peerAuthentication,
	AuthorizationPolicy: authorizationPolicy,
	DestinationRule: destinationRule,
	Sidecar: sidecar,
};

/** By kind, complete objects; undefined for kinds that aren't Istio's. */
export const istioSchemas: Readonly<Record<string, z.ZodType | undefined>> = Object.fromEntries(
	Object.entries(specs).map(([kind, spec]) => [
		kind,
		z.strictObject({ apiVersion: z.string(), kind: z.string(), metadata: metadataSchema, spec }),
	]),
);

export type PeerAuthenticationSpec = z.infer<typeof peerAuthentication>;
export type DestinationRuleSpec = z.infer<typeof destinationRule>;
