import { z } from 'zod';
import { GatecrashError } from '../../../model/gatecrash-error.ts';
import type { KubernetesObject } from '../../../model/policy.ts';
import type { Labels } from '../label-selector.ts';

/** Istio's WorkloadSelector, which knows equality only. */
export const workloadSelector = z.strictObject({ matchLabels: z.record(z.string(), z.string()).nullish() });

/**
 * The spec of an object as Istio's API server would accept it.
 * @throws GatecrashError GC_CLUSTER, naming the object and what is wrong.
 */
export function readSpec<Spec extends z.ZodType>(object: KubernetesObject, spec: Spec): z.infer<Spec> {
	const parsed = spec.safeParse(object.spec ?? {});
	if (parsed.success) return parsed.data;
	throw new GatecrashError('GC_CLUSTER', `${titleOf(object)} is not valid: ${z.prettifyError(parsed.error)}`);
}

export function titleOf({ kind, metadata }: KubernetesObject): string {
	return `${kind} ${metadata.namespace ?? 'default'}/${metadata.name}`;
}

/** Whether labels have all that a selector wants. */
export function isSubset(wanted: Labels, labels: Labels): boolean {
	return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
