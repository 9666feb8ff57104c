/** Istio's default (https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/, trustDomain). */
export const trustDomain = 'cluster.local';

/** The name of a workload in its certificate (https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md). */
export function spiffeId(namespace: string, serviceAccount = 'default', domain = trustDomain): string {
	return `spiffe://${domain}/ns/${namespace}/sa/${serviceAccount}`;
}
