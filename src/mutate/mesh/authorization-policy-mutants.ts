import type { KubernetesObject } from '../../model/policy.ts';
import { type Edit, type FieldPath, removing, setting, type Surroundings } from '../mutant.ts';
import { selectorMutants } from '../selector-mutants.ts';

interface RuleText {
	from?: { source?: Record<string, string[]> }[];
	to?: { operation?: Record<string, string[]> }[];
	when?: unknown[];
}

interface SpecText {
	selector?: { matchLabels?: Record<string, string> };
	action?: string;
	rules?: (RuleText | null)[];
}

/** Of an AuthorizationPolicy. */
export function authorizationPolicyMutants(object: KubernetesObject, around: Surroundings): Edit[] {
	const { selector, action = 'ALLOW', rules = [] } = (object.spec ?? {}) as SpecText;
	const edits: Edit[] = [];
	if (selector) edits.push(removing('drop-selector', ['spec', 'selector']));
	edits.push(...selectorMutants(selector, ['spec', 'selector'], around, false));
	if (action === 'ALLOW' || action === 'DENY') {
		edits.push(setting('flip-action', ['spec', 'action'], action === 'ALLOW' ? 'DENY' : 'ALLOW'));
	}
	if (!rules.some((rule) => Object.keys(rule ?? {}).length === 0)) {
		edits.push(setting('any-request', ['spec', 'rules'], [{}]));
	}
	if (rules.length > 1) edits.push(setting('no-request', ['spec', 'rules'], []));
	for (const [index, rule] of rules.entries()) edits.push(...ruleMutants(rule ?? {}, ['spec', 'rules', index]));
	return edits;
}

function ruleMutants({ from, to, when }: RuleText, at: FieldPath): Edit[] {
	const edits: Edit[] = [removing('drop-rule', at)];
	// A rule of one part without it is the empty rule, which is `any-request` where there is no other.
	if (from) edits.push(removing('any-source', [...at, 'from']));
	if (to) edits.push(removing('any-operation', [...at, 'to']));
	if (when && when.length > 0) edits.push(removing('drop-condition', [...at, 'when']));
	for (const [index, { source = {} }] of (from ?? []).entries())
		edits.push(...fieldMutants(source, [...at, 'from', index, 'source']));
	for (const [index, { operation = {} }] of (to ?? []).entries())
		edits.push(...fieldMutants(operation, [...at, 'to', index, 'operation']));
	return edits;
}

/** `principals`, `notPorts`, ...: lists of texts. */
function fieldMutants(fields: Readonly<Record<string, string[]>>, at: FieldPath): Edit[] {
	return Object.entries(fields).flatMap(([key, values]) => {
		const field = [...at, key];
		const edits: Edit[] = values.length > 1 ? values.map((_, index) => removing('drop-value', [...field, index])) : [];
		const opposite = key.startsWith('not')
			? `${key.charAt(3).toLowerCase()}${key.slice(4)}`
			: `not${key.charAt(0).toUpperCase()}${key.slice(1)}`;
		if (fields[opposite] === undefined) {
			const steps = [{ remove: field }, { set: [...at, opposite], value: values }];
			edits.push({ operator: 'negate-source', field, steps });
		}
		if (key === 'principals' && !values.includes('*')) edits.push(setting('any-principal', field, ['*']));
		if (key === 'ports') {
			edits.push(
				...values.flatMap((value, index) =>
					/^\d+$/.test(value) ? [setting('next-port', [...field, index], String(Number(value) + 1))] : [],
				),
			);
		}
		return edits;
	});
}
