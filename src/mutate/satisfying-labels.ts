import { type LabelSelector, matchesLabels } from '../policy/label-selector.ts';
import type { Labels } from '../policy/world.ts';

/** Labels that a selector selects, or that it selects no more for one requirement; undefined where nothing can satisfy it. */
export function satisfyingLabels(selector: LabelSelector): Labels | undefined {
	const labels: Record<string, string> = { ...selector.matchLabels };
	for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
		const there = labels[key];
		if (operator === 'In' && (there === undefined || !values.includes(there))) labels[key] = values[0] ?? '';
		if (operator === 'Exists') labels[key] ??= 'any';
	}
	return matchesLabels(selector, labels) ? labels : undefined;
}

/** Those, without any, and with each requirement broken alone: whom a selector tells apart. */
export function tellingLabels(selector: LabelSelector): Labels[] {
	const base = satisfyingLabels(selector) ?? { ...selector.matchLabels };
	const variants: Labels[] = [base];
	for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
		variants.push(without(base, key), { ...base, [key]: otherThan([value]) });
	}
	for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
		if (operator === 'In' || operator === 'NotIn') {
			variants.push(...values.map((value) => ({ ...base, [key]: value })), { ...base, [key]: otherThan(values) });
			variants.push(without(base, key));
		} else {
			variants.push({ ...base, [key]: 'any' }, without(base, key));
		}
	}
	const texts = new Set<string>();
	return variants.filter((labels) => {
		const text = labelsText(labels);
		return !texts.has(text) && texts.add(text);
	});
}

export function labelsText(labels: Labels): string {
	return Object.entries(labels)
		.map(([key, value]) => `${key}=${value}`)
		.sort()
		.join(' ');
}

function without(labels: Labels, key: string): Labels {
	return Object.fromEntries(Object.entries(labels).filter(([one]) => one !== key));
}

function otherThan(values: readonly string[]): string {
	return ['other', 'another', 'third'].find((value) => !values.includes(value)) ?? 'none-of-them';
}
