import type { KubeObject } from '../../kube/kube-object.ts';
import type { NamespaceSpec, PodSpec } from '../../model/scenario.ts';
import { ownedBy, type Ownership } from './ownership.ts';

export type PodSecurity = 'restricted' | 'baseline' | 'privileged';

/** The least Pod Security level under which a namespace's pods are admitted. */
export function podSecurityOf(spec: Pick<NamespaceSpec, 'mesh'>, pods: readonly PodSpec[]): PodSecurity {
	// Istio's init container needs NET_ADMIN and root, and hostNetwork is not in baseline either.
	const sidecar = spec.mesh === 'sidecar' || pods.some((pod) => pod.mesh === 'sidecar');
	return sidecar || pods.some((pod) => pod.hostNetwork) ? 'privileged' : 'restricted';
}

/** Istio's injector gives a sidecar to the pods of a namespace with this label. https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/ */
export function meshLabels({ mesh }: Pick<NamespaceSpec, 'mesh'>): Record<string, string> {
	return mesh === 'sidecar' ? { 'istio-injection': 'enabled' } : {};
}

/** A scenario's own labels win: they may be what a policy under test selects. */
export function namespaceManifest(
	name: string,
	labels: Record<string, string>,
	level: PodSecurity,
	ownership: Ownership,
): KubeObject {
	const security = { 'pod-security.kubernetes.io/enforce': level };
	return {
		apiVersion: 'v1',
		kind: 'Namespace',
		metadata: { name, ...ownedBy(ownership, { labels: { ...security, ...labels } }) },
	};
}
