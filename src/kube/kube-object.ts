/** A Kubernetes object as JSON; readers narrow what they need of it. */
export interface KubeObject {
	apiVersion: string;
	kind: string;
	metadata: ObjectMeta;
}

export interface ObjectMeta {
	name: string;
	namespace?: string;
	uid?: string;
	resourceVersion?: string;
	labels?: Record<string, string>;
	annotations?: Record<string, string>;
	creationTimestamp?: string;
	deletionTimestamp?: string;
}

export interface Resource {
	apiVersion: string;
	kind: string;
}

/** With a uid only the object of that uid is meant, not another of its name. */
export interface ObjectRef extends Resource {
	name: string;
	namespace?: string | undefined;
	uid?: string | undefined;
}

export interface Selection {
	/** Undefined: all namespaces, or a cluster-scoped kind. */
	namespace?: string | undefined;
	labelSelector?: string | undefined;
	fieldSelector?: string | undefined;
}

/** `Pod shop/client-one`, for messages. */
export function nameOf(ref: Resource & { name: string; namespace?: string | undefined }): string {
	return `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`;
}
