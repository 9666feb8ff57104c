import type { KubernetesObject } from '../model/policy.ts';
import { fieldAt } from './apply-edit.ts';
import type { Edit, EditStep, FieldPath } from './mutant.ts';

/** `spec.ingress[0].from[1]`; a key that is no word stands in brackets. */
export function fieldText(path: FieldPath): string {
	return path
		.map((key, index) => {
			if (typeof key === 'number') return `[${key}]`;
			return /^[\w-]+$/.test(key) ? `${index === 0 ? '' : '.'}${key}` : `[${JSON.stringify(key)}]`;
		})
		.join('');
}

/** What differs, field by field: `spec.policyTypes: [Egress] → [Ingress]`. */
export function describeEdit(object: KubernetesObject, { steps }: Edit): string {
	return steps.map((step) => describeStep(object, step)).join(', ');
}

function describeStep(object: KubernetesObject, step: EditStep): string {
	if ('remove' in step) return `without ${fieldText(step.remove)} (${shortText(fieldAt(object, step.remove))})`;
	const before = fieldAt(object, step.set);
	const was = before === undefined ? 'nothing' : shortText(before);
	return `${fieldText(step.set)}: ${was} → ${shortText(step.value)}`;
}

const longest = 70;

/** In YAML's flow style, cut off where it is long. */
export function shortText(value: unknown): string {
	const text = flow(value);
	return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function flow(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
	if (value !== null && typeof value === 'object') {
		return `{${Object.entries(value)
			.map(([key, child]) => `${key}: ${flow(child)}`)
			.join(', ')}}`;
	}
	return String(value);
}
