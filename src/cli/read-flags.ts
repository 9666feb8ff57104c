import { GatecrashError } from '../model/gatecrash-error.ts';
import { durationPattern, parseDuration } from '../scenario/duration.ts';
import type { ConfiguredFlags } from './config-file.ts';
import { type Flag, type Flags, type FlagValues, environmentName, kebabName } from './flag.ts';

/** What the parser found on the command line: true for a switch, a text, or the texts of a repeatable flag. */
export type GivenFlags = Record<string, true | string | string[] | undefined>;

/** Flag over environment over configuration file over default. An invalid value is a usage error that names where it was written. */
export function readFlags<Table extends Flags>(
	table: Table,
	given: GivenFlags,
	env: NodeJS.ProcessEnv,
	configured: ConfiguredFlags = {},
): FlagValues<Table> {
	const values = Object.entries(table).map(([name, flag]) => {
		const written = given[name];
		if (written !== undefined) return [name, readValue(flag, written, `--${kebabName(name)}`)];
		const variable = environmentName(name);
		const fromEnvironment = env[variable];
		if (fromEnvironment !== undefined && fromEnvironment !== '')
			return [name, readValue(flag, fromEnvironment, variable)];
		const inFile = configured[name];
		if (inFile !== undefined) {
			const { file, line, column } = inFile.position;
			return [name, readValue(flag, inFile.written, `${file}:${line}:${column} ${kebabName(name)}`)];
		}
		return [name, defaultOf(flag)];
	});
	return Object.fromEntries(values) as FlagValues<Table>;
}

function defaultOf(flag: Flag): unknown {
	if (flag.kind === 'switch') return false;
	if (flag.kind === 'texts') return [];
	return 'default' in flag ? flag.default : undefined;
}

function readValue(flag: Flag, written: true | string | string[], where: string): unknown {
	switch (flag.kind) {
		case 'switch':
			return written === true || readSwitch(String(written), where);
		case 'texts': {
			const texts = Array.isArray(written)
				? written
				: String(written)
						.split(',')
						.map((text) => text.trim());
			for (const text of texts) checkChoice(flag.choices, text.split('=')[0] ?? '', where);
			return texts;
		}
		case 'text':
			return String(written);
		case 'choice':
			checkChoice(flag.choices, String(written), where);
			return written;
		case 'count':
			return readCount(String(written), flag.least, where);
		case 'duration':
			return readDuration(String(written), where);
	}
}

function readSwitch(text: string, where: string): boolean {
	if (['1', 'true', 'yes', 'on'].includes(text.toLowerCase())) return true;
	if (['0', 'false', 'no', 'off'].includes(text.toLowerCase())) return false;
	throw usage(`${where}: "${text}" is neither true nor false`, 'write true or false');
}

function checkChoice(choices: readonly string[] | undefined, text: string, where: string): void {
	if (choices && !choices.includes(text))
		throw usage(`${where}: there is no "${text}"`, `choose one of: ${choices.join(', ')}`);
}

function readCount(text: string, least: number, where: string): number {
	const count = Number(text);
	if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < least) {
		throw usage(
			`${where}: "${text}" is not a whole number of at least ${least}`,
			`for example ${where} ${Math.max(least, 3)}`,
		);
	}
	return count;
}

function readDuration(text: string, where: string): number {
	const milliseconds = durationPattern.test(text) ? parseDuration(text) : 0;
	if (milliseconds <= 0) throw usage(`${where}: "${text}" is not a duration`, 'for example 500ms, 30s or 1m30s');
	return milliseconds;
}

function usage(message: string, hint: string): GatecrashError {
	return new GatecrashError('GC_USAGE', message, { hint });
}
