import type { z } from 'zod';
import { type DocumentPath, valueAt } from './document-path.ts';
import { describeIssue } from './describe-issue.ts';
import type { Problems } from './problems.ts';
import { keysAllowedAt } from './schema-keys.ts';
import { didYouMean } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** Checks a value against a zod schema; every issue becomes a problem in plain words. Gives the issues' paths too. */
export function checkSchema(schema: z.ZodType, value: unknown, problems: Problems): SchemaFault[] {
	const result = schema.safeParse(value);
	if (result.success) return [];
	const faults: SchemaFault[] = [];
	for (const issue of result.error.issues.flatMap((one) => flattenUnion(one, []))) {
		reportIssue(schema, value, issue, problems, faults);
	}
	return faults;
}

/** Where a value breaks the schema; `keys` are unknown keys there, which may simply be left out. */
export interface SchemaFault {
	path: DocumentPath;
	keys?: string[];
}

interface FlatIssue {
	issue: Issue;
	path: (string | number)[];
}

/** Of a union, only the branch that was meant: the one whose outermost type fits. */
function flattenUnion(issue: Issue, prefix: readonly (string | number)[]): FlatIssue[] {
	const path = [...prefix, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
	if (issue.code !== 'invalid_union') return [{ issue, path }];
	const meant = issue.errors.find((branch) => !branch.some((one) => one.path.length === 0 && isTypeMismatch(one)));
	if (meant) return meant.flatMap((one) => flattenUnion(one as Issue, path));
	return [{ issue, path }];
}

function isTypeMismatch(issue: { code: string }): boolean {
	return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function reportIssue(
	schema: z.ZodType,
	root: unknown,
	{ issue, path }: FlatIssue,
	problems: Problems,
	faults: SchemaFault[],
): void {
	const value = valueAt(root, path);
	if (issue.code === 'unrecognized_keys') {
		const allowed = keysAllowedAt(schema, path);
		faults.push({ path, keys: issue.keys });
		for (const key of issue.keys) {
			const hint = didYouMean(key, allowed) ?? `known here: ${allowed.join(', ')}`;
			problems.add([...path, key], {
				code: 'unknown-key',
				message: `unknown key ${JSON.stringify(key)}`,
				hint,
				at: 'key',
			});
		}
		return;
	}
	faults.push({ path });
	if (issue.code === 'invalid_key') {
		const rule = issue.issues[0]?.message ?? 'another key';
		const message = `${JSON.stringify(String(path.at(-1)))} is not allowed as a key`;
		problems.add(path, { code: 'bad-name', message, hint: `expected ${rule}`, at: 'key' });
		return;
	}
	const parent = valueAt(root, path.slice(0, -1));
	const lastStep = path.at(-1);
	if (
		value === undefined &&
		typeof parent === 'object' &&
		parent !== null &&
		lastStep !== undefined &&
		!Object.hasOwn(parent, lastStep)
	) {
		const key = String(lastStep);
		problems.add(path.slice(0, -1), {
			code: 'missing-key',
			message: `the key ${JSON.stringify(key)} is missing`,
			hint: `add ${key}:`,
			at: 'key',
		});
		return;
	}
	problems.add(path, { ...describeIssue(issue, value, keysAllowedAt(schema, path)), at: 'value' });
}
