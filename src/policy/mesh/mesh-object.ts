import { type KubernetesObject, policyKindOf } from '../../model/policy.ts';
import type { Labels } from '../world.ts';

/** What every object that configures the mesh has. */
export interface MeshObject {
	/** `PeerAuthentication shop/default`, as texts name it. */
	name: string;
	namespace: string;
	/** Of which step (whole part) and where within it: the smaller, the older. */
	created: number;
}

export function meshObject({ kind, metadata }: KubernetesObject, created: number): MeshObject {
	const namespace = metadata.namespace ?? 'default';
	return { name: `${kind} ${namespace}/${metadata.name}`, namespace, created };
}

/** Whether the object is one of Istio's, which `MeshPolicies` reads. */
export function isMeshObject(object: KubernetesObject): boolean {
	return policyKindOf(object)?.needs === 'istio';
}

/** WorkloadSelector: labels only; an empty one is none at all. */
export function selectorOf(selector: { matchLabels?: Labels; labels?: Labels } | undefined): Labels | undefined {
	const labels = selector?.matchLabels ?? selector?.labels ?? {};
	return Object.keys(labels).length > 0 ? labels : undefined;
}

/** The name under which Istio knows a Service. */
export function serviceHost(name: string, namespace: string): string {
	return `${name}.${namespace}.svc.cluster.local`;
}

/** `*`, `*.shop.svc.cluster.local`, or the whole name. */
export function matchesHost(pattern: string, host: string): boolean {
	return pattern.startsWith('*') ? host.endsWith(pattern.slice(1)) : pattern === host;
}
