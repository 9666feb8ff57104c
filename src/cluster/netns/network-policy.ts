import { z } from 'zod';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { KubernetesObject } from '../../model/policy.ts';
import { isCidr } from './address-range.ts';
import { type LabelSelector, labelSelector } from './label-selector.ts';

const port = z.strictObject({
	protocol: z.enum(['TCP', 'UDP', 'SCTP']).nullish(),
	port: z.union([z.int().min(1).max(65535), z.string()]).nullish(),
	endPort: z.int().min(1).max(65535).nullish(),
});

const cidr = z.string().refine(isCidr, { error: ({ input }) => `${JSON.stringify(input)} is not a CIDR` });

const peer = z.strictObject({
	podSelector: labelSelector.nullish(),
	namespaceSelector: labelSelector.nullish(),
	ipBlock: z.strictObject({ cidr, except: z.array(cidr).nullish() }).nullish(),
});

const spec = z.strictObject({
	// The API server fills a missing podSelector in as the empty one: every pod of the namespace.
	podSelector: labelSelector.nullish(),
	policyTypes: z.array(z.enum(['Ingress', 'Egress'])).nullish(),
	ingress: z.array(z.strictObject({ from: z.array(peer).nullish(), ports: z.array(port).nullish() })).nullish(),
	egress: z.array(z.strictObject({ to: z.array(peer).nullish(), ports: z.array(port).nullish() })).nullish(),
});

export type PolicyPort = z.infer<typeof port>;
export type PolicyPeer = z.infer<typeof peer>;
export type IpBlock = NonNullable<PolicyPeer['ipBlock']>;

/** An ingress or egress rule as it was written; what is missing and what is empty are told apart. */
export interface PolicyRule {
	peers: PolicyPeer[] | undefined;
	ports: PolicyPort[] | undefined;
}

/** A NetworkPolicy of networking.k8s.io/v1 as it was written. What its absent parts mean is the engine's to say. */
export interface NetworkPolicy {
	name: string;
	namespace: string;
	podSelector: LabelSelector;
	/** Empty: left out. */
	policyTypes: ('Ingress' | 'Egress')[];
	/** Undefined: left out. */
	ingress: PolicyRule[] | undefined;
	egress: PolicyRule[] | undefined;
}

/**
 * Reads what an API server would accept.
 * @throws GatecrashError GC_CLUSTER for another kind, or for an object that an API server would refuse.
 */
export function readNetworkPolicy(object: KubernetesObject): NetworkPolicy {
	const title = `${object.kind} ${object.metadata.namespace ?? 'default'}/${object.metadata.name}`;
	if (object.kind !== 'NetworkPolicy' || object.apiVersion !== 'networking.k8s.io/v1') {
		throw new GatecrashError('GC_CLUSTER', `The embedded cluster does not enforce ${object.apiVersion} ${title}.`);
	}
	const parsed = spec.safeParse(object.spec ?? {});
	if (!parsed.success) {
		throw new GatecrashError('GC_CLUSTER', `${title} is not valid: ${z.prettifyError(parsed.error)}`);
	}
	const { podSelector, policyTypes, ingress, egress } = parsed.data;
	return {
		name: object.metadata.name,
		namespace: object.metadata.namespace ?? 'default',
		podSelector: podSelector ?? {},
		policyTypes: policyTypes ?? [],
		ingress: ingress?.map((rule) => ({ peers: rule.from ?? undefined, ports: rule.ports ?? undefined })),
		egress: egress?.map((rule) => ({ peers: rule.to ?? undefined, ports: rule.ports ?? undefined })),
	};
}

/** Of two policies with the same one, the later replaces the earlier. */
export function keyOf({ namespace, name }: Pick<NetworkPolicy, 'namespace' | 'name'>): string {
	return `${namespace}/${name}`;
}
