import { z } from 'zod';
import { scenarioSchema } from '../src/scenario/schema.ts';

/** The part of JSON Schema that zod's output uses. */
export interface JsonSchema {
	$ref?: string;
	title?: string;
	description?: string;
	type?: string;
	const?: unknown;
	enum?: unknown[];
	pattern?: string;
	format?: string;
	minimum?: number;
	maximum?: number;
	properties?: Record<string, JsonSchema>;
	required?: string[];
	additionalProperties?: boolean | JsonSchema;
	propertyNames?: JsonSchema;
	items?: JsonSchema;
	anyOf?: JsonSchema[];
	allOf?: JsonSchema[];
	definitions?: Record<string, JsonSchema>;
}

/** schema/scenario.schema.json: draft-07, which editors understand best, made from the zod schema that validates. */
export function scenarioJsonSchema(): JsonSchema {
	const { $schema, ...rest } = z.toJSONSchema(scenarioSchema, { target: 'draft-7', io: 'input' });
	return { $schema, title: 'gatecrash scenario', ...rest } as JsonSchema;
}

export function schemaFile(): string {
	return `${JSON.stringify(scenarioJsonSchema(), null, '\t')}\n`;
}
