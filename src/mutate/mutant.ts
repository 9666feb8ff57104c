import type { SourcePosition } from '../model/diagnostic.ts';
import type { KubernetesObject } from '../model/policy.ts';
import type { Operator } from './operators.ts';

/** Where a field stands in an object: keys and places in lists. */
export type FieldPath = readonly (string | number)[];

/** One mistake that a human could make in one policy. */
export interface Mutant {
	/** `POLICY/OPERATOR/FIELD`: the same as long as the policy is. */
	id: string;
	operator: Operator;
	/** The policy's name in its scenario. */
	policy: string;
	field: FieldPath;
	/** `spec.ingress[0].ports[0].port: 80 → 81`. */
	change: string;
	/** The policy as it is by mistake; undefined: it isn't there. */
	object: KubernetesObject | undefined;
	/** Of the field, or of what it would stand in. */
	position: SourcePosition;
}

/** What an operator does: one or more fields set, or removed. */
export interface Edit {
	operator: Operator;
	/** The field that names the mutant; the first step's by default. */
	field: FieldPath;
	steps: readonly EditStep[];
}

export type EditStep = { set: FieldPath; value: unknown } | { remove: FieldPath };

/** What operators need to know of the world around a policy. */
export interface Surroundings {
	/** Names of the declared namespaces. */
	namespaces: readonly string[];
	/** Values that labels have here, by key. */
	labelValues: ReadonlyMap<string, readonly string[]>;
}

export function setting(operator: Operator, field: FieldPath, value: unknown): Edit {
	return { operator, field, steps: [{ set: field, value }] };
}

export function removing(operator: Operator, field: FieldPath): Edit {
	return { operator, field, steps: [{ remove: field }] };
}
