import { z } from 'zod';
import type { DocumentPath } from './document-path.ts';

/** The keys that a schema's objects may have at a path; of a union, those of every branch. */
export function keysAllowedAt(schema: z.ZodType, path: DocumentPath): string[] {
	let level: z.core.$ZodType[] = [schema];
	for (const step of path) level = level.flatMap(unwrap).flatMap((one) => childOf(one, step));
	const keys = level.flatMap(unwrap).flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : []));
	return [...new Set(keys)];
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType[] {
	if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
	if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrap);
	return [schema];
}

function childOf(schema: z.core.$ZodType, step: string | number): z.core.$ZodType[] {
	if (schema instanceof z.ZodArray) return [schema.element];
	if (schema instanceof z.ZodRecord) return [schema.valueType];
	if (schema instanceof z.ZodObject) {
		const child: z.core.$ZodType | undefined = schema.shape[step];
		return child ? [child] : [];
	}
	return [];
}
