import { z } from 'zod';
import { type KubernetesObject, meshRootNamespace } from '../../../model/policy.ts';
import type { Labels } from '../label-selector.ts';
import { hostOf } from './destination-rule.ts';
import { isSubset, readSpec } from './mesh-object.ts';

/** A Sidecar of networking.istio.io as it was written, as far as it is about what clients know. */
export interface SidecarResource {
	name: string;
	namespace: string;
	/** Undefined: every workload of the namespace; in the root namespace, of the mesh. */
	selector: Labels | undefined;
	/** `NAMESPACE/HOST`; undefined: everything. */
	hosts: string[] | undefined;
	/** What is no Service that it knows goes nowhere. */
	registryOnly: boolean;
}

const spec = z.strictObject({
	workloadSelector: z.strictObject({ labels: z.record(z.string(), z.string()).nullish() }).nullish(),
	// Listeners of the user's own (`port`, `bind`, `ingress`) are not made here.
	egress: z.array(z.strictObject({ hosts: z.array(z.string().regex(/^[^/]+\/[^/]+$/)).min(1) })).nullish(),
	outboundTrafficPolicy: z.strictObject({ mode: z.enum(['ALLOW_ANY', 'REGISTRY_ONLY']).nullish() }).nullish(),
});

/** @throws GatecrashError GC_CLUSTER for what Istio's API server would refuse, and for listeners of the user's own. */
export function readSidecarResource(object: KubernetesObject): SidecarResource {
	const { workloadSelector, egress, outboundTrafficPolicy } = readSpec(object, spec);
	const labels = workloadSelector?.labels ?? {};
	return {
		name: object.metadata.name,
		namespace: object.metadata.namespace ?? 'default',
		selector: Object.keys(labels).length > 0 ? labels : undefined,
		hosts: egress?.length ? egress.flatMap(({ hosts }) => hosts) : undefined,
		registryOnly: outboundTrafficPolicy?.mode === 'REGISTRY_ONLY',
	};
}

/**
 * The one that a workload has, the oldest of its scope: with a selector, of its namespace, of the mesh.
 * Source: https://istio.io/latest/docs/reference/config/networking/sidecar/.
 */
export function sidecarResourceOf(
	workload: { namespace: string; labels: Labels },
	resources: readonly SidecarResource[],
): SidecarResource | undefined {
	const own = resources.filter(({ namespace }) => namespace === workload.namespace);
	return (
		own.find(({ selector }) => selector && isSubset(selector, workload.labels)) ??
		own.find(({ selector }) => !selector) ??
		resources.find(({ namespace, selector }) => namespace === meshRootNamespace && !selector)
	);
}

/** Whether a workload of `namespace` that has this one knows a Service. */
export function knows(
	resource: SidecarResource | undefined,
	namespace: string,
	service: { name: string; namespace: string },
): boolean {
	if (!resource?.hosts) return true;
	const name = hostOf(service);
	return resource.hosts.some((entry) => {
		const [where = '', host = ''] = entry.split('/');
		const isThere = where === '*' || (where === '.' ? namespace : where) === service.namespace;
		return isThere && (host === '*' || host === name || (host.startsWith('*.') && name.endsWith(host.slice(1))));
	});
}
