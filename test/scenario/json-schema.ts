import type { JsonSchema } from '../../scripts/generate-schema.ts';

interface Bounds {
	minLength?: number;
	maxLength?: number;
	minItems?: number;
	maxItems?: number;
}

/** Whether a value fits a schema, for the part of JSON Schema (draft-07) that ours uses. Throws for any other keyword. */
export function fits(value: unknown, schema: JsonSchema & Bounds, root: JsonSchema): boolean {
	const unknown = Object.keys(schema).filter((key) => !known.has(key));
	if (unknown.length > 0) throw new Error(`the test's validator doesn't know ${unknown.join(', ')}`);
	if (schema.$ref !== undefined) {
		const target = root.definitions?.[schema.$ref.replace('#/definitions/', '')];
		if (!target) throw new Error(`${schema.$ref} leads nowhere`);
		return fits(value, target, root);
	}
	if (schema.allOf && !schema.allOf.every((one) => fits(value, one, root))) return false;
	if (schema.anyOf && !schema.anyOf.some((one) => fits(value, one, root))) return false;
	if (schema.const !== undefined && value !== schema.const) return false;
	if (schema.enum && !schema.enum.includes(value)) return false;
	if (schema.type !== undefined && !hasType(value, schema.type)) return false;
	if (typeof value === 'string') return fitsText(value, schema);
	if (typeof value === 'number') return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity);
	if (Array.isArray(value)) {
		const { items } = schema;
		if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? Infinity)) return false;
		return items === undefined || value.every((item) => fits(item, items, root));
	}
	return value === null || typeof value !== 'object' || fitsMap(value as Record<string, unknown>, schema, root);
}

const known = new Set([
	...[
		'$schema',
		'$ref',
		'title',
		'description',
		'definitions',
		'type',
		'const',
		'enum',
		'pattern',
		'format',
		'minLength',
		'maxLength',
	],
	...[
		'minimum',
		'maximum',
		'properties',
		'required',
		'additionalProperties',
		'propertyNames',
		'items',
		'minItems',
		'maxItems',
		'anyOf',
		'allOf',
		'id',
	],
]);

function hasType(value: unknown, type: string): boolean {
	if (type === 'array') return Array.isArray(value);
	if (type === 'integer') return Number.isInteger(value);
	if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
	return typeof value === type;
}

function fitsText(value: string, { pattern, minLength, maxLength }: JsonSchema & Bounds): boolean {
	if (value.length < (minLength ?? 0) || value.length > (maxLength ?? Infinity)) return false;
	return pattern === undefined || new RegExp(pattern, 'u').test(value);
}

function fitsMap(value: Record<string, unknown>, schema: JsonSchema, root: JsonSchema): boolean {
	const { properties = {}, required = [], additionalProperties, propertyNames } = schema;
	if (!required.every((key) => Object.hasOwn(value, key))) return false;
	return Object.entries(value).every(([key, child]) => {
		if (propertyNames && !fits(key, propertyNames, root)) return false;
		const own = Object.hasOwn(properties, key) ? properties[key] : undefined;
		if (own) return fits(child, own, root);
		if (additionalProperties === false) return false;
		return typeof additionalProperties !== 'object' || fits(child, additionalProperties, root);
	});
}
