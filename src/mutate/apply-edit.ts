import { isRecord } from '../model/is-record.ts';
import type { KubernetesObject } from '../model/policy.ts';
import type { Edit, EditStep, FieldPath } from './mutant.ts';

/** A copy with the edit; what it does not touch is shared with the original. */
export function applyEdit(object: KubernetesObject, edit: Edit): KubernetesObject {
	return edit.steps.reduce<unknown>(applyStep, object) as KubernetesObject;
}

function applyStep(value: unknown, step: EditStep): unknown {
	return 'set' in step ? change(value, step.set, () => step.value) : change(value, step.remove, () => gone);
}

const gone = Symbol('gone');

function change(value: unknown, [key, ...rest]: FieldPath, make: () => unknown): unknown {
	if (key === undefined) return make();
	const next = change(fieldAt(value, [key]), rest, make);
	if (typeof key === 'number') {
		const list = Array.isArray(value) ? [...(value as unknown[])] : [];
		if (next === gone) list.splice(key, 1);
		else list[key] = next;
		return list;
	}
	const record: Record<string, unknown> = isRecord(value) ? { ...value } : {};
	if (next === gone) delete record[key];
	else record[key] = next;
	return record;
}

/** Undefined where there is no such field. */
export function fieldAt(value: unknown, path: FieldPath): unknown {
	return path.reduce<unknown>((node, key) => {
		if (Array.isArray(node)) return typeof key === 'number' ? (node as unknown[])[key] : undefined;
		return isRecord(node) ? node[key] : undefined;
	}, value);
}
