import { z } from 'zod';

const expression = z.strictObject({
	key: z.string(),
	operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
	values: z.array(z.string()).nullish(),
});

/** A LabelSelector of meta/v1. */
export const labelSelector = z.strictObject({
	matchLabels: z.record(z.string(), z.string()).nullish(),
	matchExpressions: z.array(expression).nullish(),
});

export type LabelSelector = z.infer<typeof labelSelector>;

/**
 * Whether labels fulfil every requirement; the empty selector matches everything. `NotIn` also matches where the key
 * is missing (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#set-based-requirement).
 */
export function selectorMatches(selector: LabelSelector, labels: Record<string, string>): boolean {
	const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
	return equal && (selector.matchExpressions ?? []).every((requirement) => fulfils(requirement, labels));
}

function fulfils(requirement: z.infer<typeof expression>, labels: Record<string, string>): boolean {
	const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
	const values = requirement.values ?? [];
	switch (requirement.operator) {
		case 'In':
			return value !== undefined && values.includes(value);
		case 'NotIn':
			return value === undefined || !values.includes(value);
		case 'Exists':
			return value !== undefined;
		case 'DoesNotExist':
			return value === undefined;
	}
}
