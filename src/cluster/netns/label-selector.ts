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
export type LabelExpression = z.infer<typeof expression>;
export type Labels = Record<string, string>;

/**
 * Whether labels fulfil one expression. `NotIn` also matches where the key is missing
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#set-based-requirement).
 */
export function fulfils({ key, operator, values }: LabelExpression, labels: Labels): boolean {
	const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
	switch (operator) {
		case 'In':
			return value !== undefined && (values ?? []).includes(value);
		case 'NotIn':
			return value === undefined || !(values ?? []).includes(value);
		case 'Exists':
			return value !== undefined;
		case 'DoesNotExist':
			return value === undefined;
	}
}
