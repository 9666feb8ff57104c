import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { Diagnostic, SourcePosition } from '../model/diagnostic.ts';
import { durationPattern } from '../scenario/duration.ts';
import { problemsOf } from '../scenario/problems.ts';
import { readTextFile } from '../scenario/read-text-file.ts';
import { checkSchema } from '../scenario/schema-problems.ts';
import { readYaml } from '../scenario/yaml-document.ts';
import type { CommandSpec } from './command-spec.ts';
import { commandNames, commands } from './commands.ts';
import { configFile } from './config-name.ts';
import { type Flag, kebabName } from './flag.ts';

/** Values of flags, by their names in the table, as texts like those of the environment, each with its place. */
export type ConfiguredFlags = Record<string, { written: string | string[]; position: SourcePosition }>;

/** The flags that a configuration file sets, and everything that is wrong with it. Without a file, none of both. */
export function readConfigFile(file: string = configFile): { flags: ConfiguredFlags; diagnostics: Diagnostic[] } {
	if (!existsSync(file)) return { flags: {}, diagnostics: [] };
	const read = readTextFile(file);
	if ('text' in read) return parseConfig(read.text, file);
	const { code, problem: message, hint } = read;
	const start = { file, line: 1, column: 1, severity: 'error' as const };
	return { flags: {}, diagnostics: [{ code, message, ...start, ...(hint && { hint }) }] };
}

/** Pure; never throws, whatever the text. */
export function parseConfig(text: string, file: string): { flags: ConfiguredFlags; diagnostics: Diagnostic[] } {
	const { documents, diagnostics } = readYaml(text, file);
	const [document, second] = documents;
	if (second !== undefined) {
		const message = 'there are several documents in the file';
		diagnostics.push({ code: 'several-documents', message, ...second.locate([]), severity: 'error', hint: 'keep one' });
	}
	// An empty file, or one of comments only, sets nothing.
	if (document === undefined || !document.sound) return { flags: {}, diagnostics };
	checkSchema(configSchema, document.value, problemsOf(document, diagnostics));
	if (diagnostics.length > 0) return { flags: {}, diagnostics };
	const entries = Object.entries(document.value as Record<string, unknown>).map(([key, value]) => {
		const written = Array.isArray(value) ? value.map(String) : String(value);
		return [camelName(key), { written, position: document.locate([key]) }] as const;
	});
	return { flags: Object.fromEntries(entries), diagnostics };
}

/** What a run may be told for good. What belongs to one command line, such as `--yes`, is not in it. */
export const notConfigurable: readonly string[] = [
	'yes',
	'dryRun',
	'force',
	'run',
	'json',
	'bugs',
	'name',
	'subject',
	'format',
];

function flagsOfAll(): [string, Flag][] {
	const all = commandNames.flatMap((name) => Object.entries((commands[name] as CommandSpec).flags));
	return [...new Map(all.filter(([name]) => !notConfigurable.includes(name))).entries()];
}

/** Every flag, by the name that it has on the command line. */
export const configSchema = z.strictObject(
	Object.fromEntries(flagsOfAll().map(([name, flag]) => [kebabName(name), schemaOf(flag).optional()])),
);

function schemaOf(flag: Flag): z.ZodType {
	switch (flag.kind) {
		case 'switch':
			return z.boolean();
		case 'text':
			return z.string().min(1);
		case 'texts': {
			const { choices } = flag;
			const one = z
				.string()
				.refine(
					(text) => choices === undefined || choices.includes(text.split('=')[0] ?? ''),
					`not one of: ${choices?.join(', ') ?? ''}`,
				);
			return z.union([one, z.array(one)]);
		}
		case 'count':
			return z.int().min(flag.least);
		case 'duration':
			return z.string().regex(durationPattern, 'a duration such as 30s, 500ms or 1m30s');
		case 'choice':
			return z.enum(flag.choices as [string, ...string[]]);
	}
}

/** `fail-fast` -> `failFast`. */
function camelName(name: string): string {
	return name.replace(/-[a-z]/g, (text) => text.charAt(1).toUpperCase());
}
