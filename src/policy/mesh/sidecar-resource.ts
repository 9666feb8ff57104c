import { type KubernetesObject, meshRootNamespace } from '../../model/policy.ts';
import { matchesLabels } from '../label-selector.ts';
import type { Labels, PodFacts } from '../world.ts';
import { matchesHost, type MeshObject, meshObject, selectorOf } from './mesh-object.ts';

/** https://istio.io/latest/docs/reference/config/networking/sidecar/ */
export interface SidecarResource extends MeshObject {
	selector: Labels | undefined;
	/** `namespace/host` that its workloads know; undefined: all. */
	hosts: readonly string[] | undefined;
	registryOnly: boolean;
	/** What isn't evaluated: listeners of its own. */
	beyond: 'ingress' | 'egress' | undefined;
}

interface SpecText {
	workloadSelector?: { labels?: Labels };
	ingress?: unknown[];
	egress?: { hosts?: string[]; port?: unknown; bind?: unknown; captureMode?: unknown }[];
	outboundTrafficPolicy?: { mode?: string };
}

export function readSidecarResource(object: KubernetesObject, created: number): SidecarResource {
	const { workloadSelector, ingress, egress, outboundTrafficPolicy } = (object.spec ?? {}) as SpecText;
	const special = (egress ?? []).some(({ port, bind, captureMode }) => port ?? bind ?? captureMode);
	return {
		...meshObject(object, created),
		selector: selectorOf(workloadSelector),
		hosts: egress && egress.length > 0 ? egress.flatMap(({ hosts }) => hosts ?? []) : undefined,
		registryOnly: outboundTrafficPolicy?.mode === 'REGISTRY_ONLY',
		beyond: (ingress ?? []).length > 0 ? 'ingress' : special ? 'egress' : undefined,
	};
}

/** The one that configures a workload: its own, its namespace's, or the root namespace's; `several` where two claim it. */
export function sidecarFor(
	resources: readonly SidecarResource[],
	pod: PodFacts,
): SidecarResource | 'several' | undefined {
	const local = resources.filter(({ namespace }) => namespace === pod.namespace);
	const scopes = [
		local.filter(({ selector }) => selector && matchesLabels({ matchLabels: selector }, pod.labels)),
		local.filter(({ selector }) => !selector),
		resources.filter(({ namespace, selector }) => namespace === meshRootNamespace && !selector),
	];
	const found = scopes.find((scope) => scope.length > 0) ?? [];
	// The reference leaves open what happens when two of one scope select the same workload.
	return found.length > 1 ? 'several' : found[0];
}

/** Whether a workload with this configuration knows a Service. */
export function knowsService(
	{ hosts, namespace: own }: SidecarResource,
	service: { host: string; namespace: string },
): boolean {
	if (!hosts) return true;
	return hosts.some((entry) => {
		const [namespace = '', host = ''] = entry.split('/');
		if (namespace === '~') return false;
		if (namespace === '.' ? service.namespace !== own : namespace !== '*' && namespace !== service.namespace)
			return false;
		return matchesHost(host, service.host);
	});
}
