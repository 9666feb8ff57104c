/** Istio's default trust domain. */
const trustDomain = 'cluster.local';

/** The SPIFFE id of a pod's workload certificate. https://istio.io/latest/docs/concepts/security/#istio-identity */
export function identityOf({
	namespace,
	serviceAccount,
}: {
	namespace: string;
	serviceAccount?: string | undefined;
}): string {
	return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount ?? 'default'}`;
}
