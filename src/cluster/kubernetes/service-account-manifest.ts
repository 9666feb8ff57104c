import type { KubeObject, ObjectRef } from '../../kube/kube-object.ts';
import { ownedBy, type Ownership } from './ownership.ts';

/** An account for policies to select; it gets no rights, and its token is mounted nowhere. */
export function serviceAccountManifest(
	name: string,
	namespace: string,
	ownership: Ownership,
	labels: Record<string, string> = {},
): KubeObject {
	return {
		apiVersion: 'v1',
		kind: 'ServiceAccount',
		metadata: { name, namespace, ...ownedBy(ownership, { labels }) },
		...{ automountServiceAccountToken: false },
	};
}

export function serviceAccountRef(name: string, namespace: string): ObjectRef {
	return { apiVersion: 'v1', kind: 'ServiceAccount', name, namespace };
}
