import { z } from 'zod';
import {
	annotations,
	dnsLabel,
	labelKey,
	labels,
	labelValue,
	portName,
	portNumber,
	subdomain,
} from './schema-names.ts';

/**
 * NetworkPolicy v1 as the API server takes it, with unknown keys refused.
 * https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
 */
const requirement = z.strictObject({
	key: labelKey,
	operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
	values: z.array(labelValue).optional(),
});

export const labelSelectorSchema = z.strictObject({
	matchLabels: labels.optional(),
	matchExpressions: z.array(requirement).optional(),
});

/** Addresses and references are short; longer text is not worth parsing. */
const range = z.string().max(200);

const peer = z.strictObject({
	podSelector: labelSelectorSchema.optional(),
	namespaceSelector: labelSelectorSchema.optional(),
	ipBlock: z.strictObject({ cidr: range, except: z.array(range).optional() }).optional(),
});

const port = z.strictObject({
	protocol: z.enum(['TCP', 'UDP', 'SCTP']).optional(),
	port: z.union([portNumber, portName]).optional(),
	endPort: portNumber.optional(),
});

export const metadataSchema = z.strictObject({
	name: subdomain,
	namespace: dnsLabel.optional(),
	labels: labels.optional(),
	annotations: annotations.optional(),
});

export const networkPolicySchema = z.strictObject({
	apiVersion: z.literal('networking.k8s.io/v1'),
	kind: z.literal('NetworkPolicy'),
	metadata: metadataSchema,
	spec: z.strictObject({
		podSelector: labelSelectorSchema,
		policyTypes: z.array(z.enum(['Ingress', 'Egress'])).optional(),
		ingress: z.array(z.strictObject({ from: z.array(peer).optional(), ports: z.array(port).optional() })).optional(),
		egress: z.array(z.strictObject({ to: z.array(peer).optional(), ports: z.array(port).optional() })).optional(),
	}),
});

export type NetworkPolicyObject = z.infer<typeof networkPolicySchema>;
export type NetworkPolicyPeer = z.infer<typeof peer>;
export type NetworkPolicyPort = z.infer<typeof port>;
export type LabelSelector = z.infer<typeof labelSelectorSchema>;

/** Other policy kinds: only what every object has. */
export const envelopeSchema = z.looseObject({
	apiVersion: z.string(),
	kind: z.string(),
	metadata: metadataSchema,
	spec: z.looseObject({}),
});
