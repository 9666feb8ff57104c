import type { CommandSpec } from './command-spec.ts';
import { json, paths, selection } from './common-flags.ts';

/** Lines of the table of commands. */
export const mutate = {
	summary: 'weaken the policies one field at a time: which mistakes would no attempt notice? needs no cluster',
	argument: paths,
	flags: {
		cluster: {
			kind: 'text',
			value: 'NAME',
			help: 'with what is known of this cluster’s network',
			default: 'embedded',
		},
		tag: selection.tag,
		mutant: { kind: 'texts', value: 'TEXT', help: 'only mutants whose id contains this text; several: any' },
		minScore: {
			kind: 'count',
			value: 'PERCENT',
			least: 0,
			default: 100,
			help: 'exit code 1 where a scenario notices fewer of its mutants',
		},
		strict: {
			kind: 'switch',
			help: 'count what only a further pod could tell, and what only `expect: predicted` notices, as missed',
		},
		verbose: { kind: 'switch', short: 'v', help: 'every mutant, also those that are noticed' },
		json,
	},
	examples: [
		'gatecrash mutate my.yaml',
		'gatecrash mutate scenarios --min-score 90',
		'gatecrash mutate my.yaml --mutant database/ -v',
	],
} as const satisfies CommandSpec;
