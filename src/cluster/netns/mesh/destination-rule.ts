import { z } from 'zod';
import type { KubernetesObject } from '../../../model/policy.ts';
import { readSpec } from './mesh-object.ts';

/** How clients' sidecars connect to a host: in the clear, TLS without a certificate of their own, or the mesh's mutual TLS. */
export type ClientTls = 'DISABLE' | 'SIMPLE' | 'ISTIO_MUTUAL';

/** A DestinationRule of networking.istio.io as it was written, as far as it is about TLS. */
export interface DestinationRule {
	name: string;
	namespace: string;
	/** As written: short, or with namespace and domain. */
	host: string;
	/** Undefined: left to the sidecar, which uses mutual TLS with whoever has a sidecar. */
	tls: ClientTls | undefined;
	/** By port of the Service; takes the place of `tls` there. */
	ports: Map<number, ClientTls | undefined>;
}

// MUTUAL needs files of the user's in the sidecar, which nothing brings there.
const tls = z.strictObject({ mode: z.enum(['DISABLE', 'SIMPLE', 'ISTIO_MUTUAL']).nullish() });

const spec = z.strictObject({
	host: z.string().min(1),
	trafficPolicy: z
		.strictObject({
			tls: tls.nullish(),
			portLevelSettings: z
				.array(z.strictObject({ port: z.strictObject({ number: z.int().min(1).max(65_535) }), tls: tls.nullish() }))
				.nullish(),
		})
		.nullish(),
});

/** @throws GatecrashError GC_CLUSTER for what Istio's API server would refuse, and for settings that are not about TLS. */
export function readDestinationRule(object: KubernetesObject): DestinationRule {
	const { host, trafficPolicy } = readSpec(object, spec);
	return {
		name: object.metadata.name,
		namespace: object.metadata.namespace ?? 'default',
		host,
		tls: trafficPolicy?.tls?.mode ?? undefined,
		ports: new Map(
			(trafficPolicy?.portLevelSettings ?? []).map((one) => [one.port.number, one.tls?.mode ?? undefined]),
		),
	};
}

/**
 * What a client in `clientNamespace` does on a Service's port. A rule of the client's namespace wins over one of the
 * Service's, and that over one of the root namespace; of several in one namespace the oldest.
 * Source: https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration.
 */
export function clientTls(
	clientNamespace: string,
	service: { name: string; namespace: string; port: number },
	rules: readonly DestinationRule[],
	rootNamespace: string,
): ClientTls | undefined {
	const meant = rules.filter((rule) => isMeant(rule, service));
	const rule = [clientNamespace, service.namespace, rootNamespace]
		.map((namespace) => meant.find((one) => one.namespace === namespace))
		.find(Boolean);
	return rule?.ports.has(service.port) ? rule.ports.get(service.port) : rule?.tls;
}

/** A host without dots is in the rule's own namespace. */
function isMeant({ host, namespace }: DestinationRule, service: { name: string; namespace: string }): boolean {
	const full = host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`;
	const name = hostOf(service);
	return full === name || (full.startsWith('*.') && name.endsWith(full.slice(1))) || full === '*';
}

export function hostOf({ name, namespace }: { name: string; namespace: string }): string {
	return `${name}.${namespace}.svc.cluster.local`;
}
