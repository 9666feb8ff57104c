import { isRecord } from '../model/is-record.ts';
import { type Edit, type FieldPath, removing, setting, type Surroundings } from './mutant.ts';

interface Requirement {
	key: string;
	operator: string;
	values?: string[];
}

const opposites: Record<string, string> = { In: 'NotIn', NotIn: 'In', Exists: 'DoesNotExist', DoesNotExist: 'Exists' };

/** Of a label selector at `at`. `emptied`: whether leaving it empty is a mistake of its own there. */
export function selectorMutants(
	selector: unknown,
	at: FieldPath,
	{ labelValues }: Surroundings,
	emptied: boolean = true,
): Edit[] {
	if (!isRecord(selector)) return [];
	const labels = Object.entries((selector['matchLabels'] ?? {}) as Record<string, string>);
	const expressions = (selector['matchExpressions'] ?? []) as Requirement[];
	const several = labels.length + expressions.length > 1;
	const edits: Edit[] = [];
	if (emptied && labels.length + expressions.length > 0) edits.push(setting('empty-selector', at, {}));
	for (const [key, value] of labels) {
		const field = [...at, 'matchLabels', key];
		if (several) edits.push(removing('drop-label', field));
		const other = (labelValues.get(key) ?? []).find((one) => one !== value);
		if (other !== undefined) edits.push(setting('change-label', field, other));
	}
	for (const [index, expression] of expressions.entries()) {
		const field = [...at, 'matchExpressions', index];
		if (several) edits.push(removing('drop-expression', field));
		edits.push(setting('negate-expression', [...field, 'operator'], opposites[expression.operator]));
		const values = expression.values ?? [];
		if (values.length > 1) edits.push(...values.map((_, place) => removing('drop-value', [...field, 'values', place])));
	}
	return edits;
}
