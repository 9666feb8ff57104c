import type { ObjectMeta } from '../../kube/kube-object.ts';

/** How an object of ours is known again: by these labels alone, when the ledger is lost. */
export interface Ownership {
	run: string;
	/** RFC 3339. */
	expires: string;
}

export const managedBy = { 'app.kubernetes.io/managed-by': 'gatecrash' } as const;
export const runLabel = 'gatecrash.dev/run';
export const expiresAnnotation = 'gatecrash.dev/expires';
/** Which endpoint of the scenario a pod is. */
export const endpointLabel = 'gatecrash.dev/endpoint';

/** Ours come last: a scenario can't make an object look like somebody else's. */
export function ownedBy(
	{ run, expires }: Ownership,
	metadata: Pick<ObjectMeta, 'labels' | 'annotations'> = {},
): Required<Pick<ObjectMeta, 'labels' | 'annotations'>> {
	return {
		labels: { ...metadata.labels, ...managedBy, [runLabel]: run },
		annotations: { ...metadata.annotations, [expiresAnnotation]: expires },
	};
}

/** Labels that scenarios and policies under test may not change or see removed. */
export function isOwnershipLabel(key: string): boolean {
	return key in managedBy || key === runLabel || key === endpointLabel;
}

/** Of every run. */
export const managedSelector = Object.entries(managedBy)
	.map(([key, value]) => `${key}=${value}`)
	.join(',');
