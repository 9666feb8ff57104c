import { capabilityNames } from '../model/capability.ts';
import { eks, json, kind, kubernetes, out, reporter, selection, shard, verbose } from './common-flags.ts';
import type { Flags } from './flag.ts';

/** Of `run`. */
export const runFlags = {
	cluster: {
		kind: 'text',
		value: 'NAME',
		help: 'name of a cluster, or a cluster definition file',
		default: 'embedded',
	},
	...kubernetes,
	wireCaptureImage: {
		kind: 'text',
		value: 'IMAGE',
		help: 'with --wire-capture: those pods run this image, which needs perl (default: that of the probe pods)',
	},
	...kind,
	...eks,
	keep: {
		kind: 'choice',
		value: 'WHEN',
		choices: ['never', 'on-failure', 'always'],
		default: 'never',
		help: 'keep the cluster afterwards: never, on-failure or always; `gatecrash clean` deletes it later',
	},
	inject: {
		kind: 'texts',
		value: 'BUG',
		help: 'make the embedded cluster enforce wrongly on purpose, to see which scenarios notice (`gatecrash list --bugs`)',
	},
	...selection,
	shard,
	settle: { kind: 'duration', value: 'DURATION', help: 'bound for a change to take effect; polled, never slept' },
	attempts: {
		kind: 'count',
		value: 'N',
		least: 1,
		help: 'tries of every cell, instead of the scenario’s own number',
	},
	timeout: { kind: 'duration', value: 'DURATION', help: 'interrupt the run after this long' },
	failFast: {
		kind: 'switch',
		help: 'start no further scenario after a leak, a broken path or a scenario that could not be run',
	},
	concurrency: { kind: 'count', value: 'N', least: 1, help: 'attempts in flight at once', default: 4096 },
	reporter,
	out,
	json,
	quiet: { kind: 'switch', short: 'q', help: 'no progress; only the report, errors and the exit code' },
	verbose,
	strict: {
		kind: 'switch',
		help: 'inconclusive counts as failure; proof must be bracketed; an engine that differs from the text fails, and so does a waiver that is not needed any more',
	},
	require: {
		kind: 'texts',
		value: 'CAPABILITY',
		choices: capabilityNames,
		help: 'fail before anything runs if the cluster lacks this',
	},
	maxSkipped: {
		kind: 'count',
		value: 'N',
		least: 0,
		help: 'more skipped cells than this make the run inconclusive',
	},
	waivers: {
		kind: 'text',
		value: 'FILE',
		help: 'cases that may fail for now, each with its reason (docs/gate.md): the only thing that makes the exit code milder',
	},
	baseline: {
		kind: 'text',
		value: 'RUN',
		help: 'a run, or a verdicts.json: findings are told as new, known or fixed; no exit code depends on it',
	},
} as const satisfies Flags;
