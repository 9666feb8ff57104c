import type { Labels } from './world.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/ */
export interface LabelSelector {
	matchLabels?: Labels;
	matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

/** Requirements are ANDed; an empty selector matches everything. */
export function matchesLabels(selector: LabelSelector, labels: Labels): boolean {
	for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
		if (!Object.hasOwn(labels, key) || labels[key] !== value) return false;
	}
	return (selector.matchExpressions ?? []).every((requirement) => meets(requirement, labels));
}

function meets(
	{ key, operator, values = [] }: { key: string; operator: string; values?: readonly string[] },
	labels: Labels,
): boolean {
	const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
	switch (operator) {
		case 'In':
			return value !== undefined && values.includes(value);
		// "Labels and Selectors", set-based requirement: NotIn also selects what has no such key.
		case 'NotIn':
			return value === undefined || !values.includes(value);
		case 'Exists':
			return value !== undefined;
		case 'DoesNotExist':
			return value === undefined;
		default:
			throw new Error(`a label selector has the operator ${operator}`);
	}
}
