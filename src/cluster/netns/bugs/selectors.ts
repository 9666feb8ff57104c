import type { LabelExpression, LabelSelector, Labels } from '../label-selector.ts';
import type { Bug } from './bug.ts';

const expressions = 'LabelSelectorRequirement.operator';

export const selectorBugs: Bug[] = [
	{
		name: 'not-in-needs-key',
		does: 'NotIn does not match where the key is missing',
		violates: { required: `${expressions} NotIn` },
		concerns: 'label expressions',
		issues: ['cloudnativelabs/kube-router#614'],
		inject: (Honest) =>
			class extends Honest {
				override fulfils(one: LabelExpression, labels: Labels) {
					return super.fulfils(one, labels) && (one.operator !== 'NotIn' || Object.hasOwn(labels, one.key));
				}
			},
	},
	{
		name: 'not-in-any',
		does: 'NotIn of several values matches what differs from any of them, that is everything',
		violates: { required: `${expressions} NotIn` },
		concerns: 'label expressions',
		issues: ['Azure/azure-container-networking#4866'],
		inject: (Honest) =>
			class extends Honest {
				override fulfils(one: LabelExpression, labels: Labels) {
					if (one.operator !== 'NotIn') return super.fulfils(one, labels);
					return (one.values ?? []).some((value) => super.fulfils({ ...one, values: [value] }, labels));
				}
			},
	},
	{
		name: 'in-first-value-only',
		does: 'In heeds only the first of its values',
		violates: { required: `${expressions} In` },
		concerns: 'label expressions',
		issues: ['Azure/AKS#2006'],
		inject: (Honest) =>
			class extends Honest {
				override fulfils(one: LabelExpression, labels: Labels) {
					const values = one.operator === 'In' ? one.values?.slice(0, 1) : one.values;
					return super.fulfils({ ...one, values }, labels);
				}
			},
	},
	{
		name: 'exists-ignored',
		does: 'Exists and DoesNotExist always match',
		violates: { required: `${expressions} Exists, DoesNotExist` },
		concerns: 'label expressions',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override fulfils(one: LabelExpression, labels: Labels) {
					return one.operator.endsWith('In') ? super.fulfils(one, labels) : true;
				}
			},
	},
	{
		name: 'exists-needs-value',
		does: 'Exists does not match a label whose value is empty',
		violates: { required: `${expressions} Exists` },
		concerns: 'label expressions',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override fulfils(one: LabelExpression, labels: Labels) {
					return super.fulfils(one, labels) && (one.operator !== 'Exists' || labels[one.key] !== '');
				}
			},
	},
	{
		name: 'expressions-any-of',
		does: 'of several matchExpressions one is enough',
		violates: { required: 'LabelSelector (the requirements are ANDed)' },
		concerns: 'label expressions',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override matches({ matchLabels, matchExpressions }: LabelSelector, labels: Labels) {
					const all = matchExpressions ?? [];
					const some = all.length === 0 || all.some((one) => this.fulfils(one, labels));
					return some && super.matches({ matchLabels }, labels);
				}
			},
	},
	{
		name: 'expressions-ignored-beside-labels',
		does: 'where a selector has matchLabels, its matchExpressions are not read',
		violates: { required: 'LabelSelector (matchLabels and matchExpressions are ANDed)' },
		concerns: 'label expressions',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override matches({ matchLabels, matchExpressions }: LabelSelector, labels: Labels) {
					const isRead = Object.keys(matchLabels ?? {}).length === 0;
					return super.matches(isRead ? { matchExpressions } : { matchLabels }, labels);
				}
			},
	},
	{
		name: 'labels-first-only',
		does: 'heeds only the first of matchLabels',
		violates: { required: 'LabelSelector.matchLabels (the requirements are ANDed)' },
		concerns: 'labels',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override matches({ matchLabels, matchExpressions }: LabelSelector, labels: Labels) {
					const first = Object.fromEntries(Object.entries(matchLabels ?? {}).slice(0, 1));
					return super.matches({ matchLabels: first, matchExpressions }, labels);
				}
			},
	},
	{
		name: 'label-digits-are-numbers',
		does: 'label values of digits are compared as numbers: 007 equals 7',
		violates: { required: 'LabelSelector.matchLabels (values are strings)' },
		concerns: 'labels',
		issues: ['kubernetes/kubernetes#111112'],
		inject: (Honest) =>
			class extends Honest {
				override matches(selector: LabelSelector, labels: Labels) {
					return super.matches(withValues(selector, asNumber), mapped(labels, asNumber));
				}
			},
	},
	{
		name: 'label-case-ignored',
		does: 'label values are compared without regard to upper and lower case',
		violates: { required: 'LabelSelector.matchLabels (values are case-sensitive)' },
		concerns: 'labels',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override matches(selector: LabelSelector, labels: Labels) {
					return super.matches(withValues(selector, lower), mapped(labels, lower));
				}
			},
	},
];

const lower = (value: string) => value.toLowerCase();
const asNumber = (value: string) => (/^\d+$/.test(value) ? String(Number(value)) : value);

function mapped(labels: Labels, change: (value: string) => string): Labels {
	return Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, change(value)]));
}

function withValues(
	{ matchLabels, matchExpressions }: LabelSelector,
	change: (value: string) => string,
): LabelSelector {
	return {
		matchLabels: mapped(matchLabels ?? {}, change),
		matchExpressions: (matchExpressions ?? []).map((one) => ({ ...one, values: one.values?.map(change) })),
	};
}
