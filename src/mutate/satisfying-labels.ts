import { type LabelSelector, matchesLabels } from '../policy/label-selector.ts';
import type { Labels } from '../policy/world.ts';

/** Labels that a selector selects; undefined where nothing can satisfy it. */
export function satisfyingLabels(selector: LabelSelector): Labels | undefined {
	const labels: Record<string, string> = { ...selector.matchLabels };
	for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
		if (labels[key] !== undefined || (operator !== 'In' && operator !== 'Exists')) continue;
		const few = { matchExpressions: selector.matchExpressions?.filter((one) => one.key === key) ?? [] };
		const choices = operator === 'In' ? values : ['any', otherThan(valuesOf(few))];
		const fitting = choices.find((value) => matchesLabels(few, { [key]: value }));
		if (fitting !== undefined) labels[key] = fitting;
	}
	return matchesLabels(selector, labels) ? labels : undefined;
}

function valuesOf({ matchExpressions = [] }: LabelSelector): string[] {
	return matchExpressions.flatMap(({ values = [] }) => values);
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
