import type { z } from 'zod';
import { chooseFrom } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** An issue of zod in plain words. `allowedKeys`: those that a map may have there. */
export function describeIssue(
	issue: Issue,
	value: unknown,
	allowedKeys: readonly string[],
): { code: string; message: string; hint?: string | undefined } {
	const got = describeValue(value);
	switch (issue.code) {
		case 'invalid_type':
			return {
				code: 'wrong-type',
				message: `expected ${describeType(issue.expected)}, got ${got}`,
				hint: typeHint(issue.expected, value, allowedKeys),
			};
		case 'invalid_value': {
			const choices = issue.values.map(String);
			return {
				code: 'bad-value',
				message: `${got} is not allowed here`,
				hint: chooseFrom(String(value), choices, 'allowed'),
			};
		}
		case 'invalid_format':
			return { code: 'bad-value', message: `${got} is not allowed here`, hint: formatHint(issue, value) };
		case 'too_small':
			return {
				code: 'bad-value',
				message: `${got} is too small`,
				hint: `at least ${issue.minimum}${unitOf(issue.origin)}`,
			};
		case 'too_big':
			return {
				code: 'bad-value',
				message: `${got} is too large`,
				hint: `at most ${issue.maximum}${unitOf(issue.origin)}`,
			};
		case 'invalid_union':
			return { code: 'wrong-type', message: `${got} is not allowed here`, hint: unionHint(issue) };
		default:
			return { code: 'bad-value', message: issue.message };
	}
}

function unionHint(issue: Extract<Issue, { code: 'invalid_union' }>): string | undefined {
	const wanted = issue.errors.flatMap((branch) =>
		branch
			.filter((one) => one.path.length === 0)
			.map((one) =>
				one.code === 'invalid_value'
					? one.values.join(', ')
					: one.code === 'invalid_type'
						? describeType(one.expected)
						: '',
			),
	);
	const words = [...new Set(wanted.filter((word) => word !== ''))];
	return words.length > 0 ? `expected ${words.join(' or ')}` : undefined;
}

/** The pattern's own words, given as its message in the schema. */
function formatHint(issue: Extract<Issue, { code: 'invalid_format' }>, value: unknown): string {
	if (issue.format === 'ipv4') return 'expected an IPv4 address';
	if (issue.format === 'ipv6') return 'expected an IPv6 address';
	if (typeof value === 'string' && /^\d+$/.test(value)) {
		return `for the number, write ${value} without quotes; else ${issue.message}`;
	}
	return `expected ${issue.message}`;
}

function unitOf(origin: string): string {
	if (origin === 'string') return ' characters';
	return origin === 'array' ? ' of them' : '';
}

function describeType(expected: string): string {
	const names: Record<string, string> = {
		string: 'text',
		object: 'a map',
		record: 'a map',
		array: 'a list',
		int: 'a whole number',
		number: 'a number',
		boolean: 'true or false',
	};
	return names[expected] ?? expected;
}

function describeValue(value: unknown): string {
	if (value === null || value === undefined) return 'nothing';
	if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
	if (typeof value === 'object') return 'a map';
	// JSON has no word for Infinity, which is what an endless number is read as
	const text = typeof value === 'number' ? `${value}` : (JSON.stringify(value) ?? typeof value);
	return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function typeHint(expected: string, value: unknown, allowedKeys: readonly string[]): string {
	if (expected === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
		return `put it in quotes: "${value}"`;
	if (expected === 'object' || expected === 'record') {
		if (value === null) return 'write {} for an empty map';
		return allowedKeys.length > 0 ? `its keys: ${allowedKeys.join(', ')}` : 'write {key: value}';
	}
	if (expected === 'array')
		return value === null ? 'write [] for an empty list' : 'begin each item with -, or put them in [ ]';
	if (expected === 'boolean' && typeof value === 'string') return 'write true or false, without quotes';
	if ((expected === 'number' || expected === 'int') && typeof value === 'string')
		return 'write the number without quotes';
	return `write ${describeType(expected)}`;
}
