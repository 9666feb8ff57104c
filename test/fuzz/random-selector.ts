import fc from 'fast-check';
import { labelKeys, labelValues } from './topology.ts';

export interface Requirement {
	key: string;
	operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
	values?: string[];
}

export interface Selector {
	matchLabels?: Record<string, string>;
	matchExpressions?: Requirement[];
}

/**
 * Label selectors, every form that the API takes, most of them over labels that somebody has (`there`), some over a
 * value or a key that nobody has. `everybody`: weight of the empty selector; the others have 12 together.
 */
export function randomSelector(there: readonly Record<string, string>[], everybody = 4): fc.Arbitrary<Selector> {
	const pairs = there.flatMap((labels) => Object.entries(labels));
	const strange = fc.tuple(fc.constantFrom(...labelKeys), fc.constantFrom(...labelValues));
	const pair = fc.oneof(
		{ arbitrary: pairs.length > 0 ? fc.constantFrom(...pairs) : strange, weight: 5 },
		{ arbitrary: strange, weight: 1 },
	);
	const matchLabels = fc.array(pair, { minLength: 1, maxLength: 2 }).map((all) => Object.fromEntries(all));
	const matchExpressions = fc.array(requirement(pair), { minLength: 1, maxLength: 2 });
	return fc.oneof(
		{ withCrossShrink: true },
		{ arbitrary: fc.constant({}), weight: everybody },
		{ arbitrary: fc.record({ matchLabels }), weight: 5 },
		{ arbitrary: fc.record({ matchExpressions }), weight: 5 },
		{ arbitrary: fc.record({ matchLabels, matchExpressions }), weight: 1 },
		// Present and empty means the same as missing.
		{ arbitrary: fc.constantFrom<Selector>({ matchLabels: {} }, { matchExpressions: [] }), weight: 1 },
	);
}

function requirement(pair: fc.Arbitrary<[string, string]>): fc.Arbitrary<Requirement> {
	const absent = fc.constant<[string, string]>(['absent', 'a']);
	const subject = fc.oneof({ arbitrary: pair, weight: 6 }, { arbitrary: absent, weight: 1 });
	const others = fc.uniqueArray(fc.constantFrom(...labelValues), { maxLength: 2 });
	return fc.oneof(
		fc
			.tuple(fc.constantFrom('In' as const, 'NotIn' as const), subject, others, fc.boolean())
			.map(([operator, [key, value], more, first]) => {
				const rest = more.filter((one) => one !== value);
				return { key, operator, values: first ? [value, ...rest] : [...rest, value] };
			}),
		fc
			.tuple(fc.constantFrom('Exists' as const, 'DoesNotExist' as const), subject)
			.map(([operator, [key]]) => ({ key, operator })),
	);
}
