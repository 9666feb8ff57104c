import { capabilityNames } from '../model/capability.ts';
import type { Flags } from './flag.ts';

export interface CommandSpec {
	summary: string;
	/** `PATHS`, `RUN`, ...; `many` takes any number. */
	argument?: { name: string; required: boolean; many: boolean; help: string };
	flags: Flags;
	examples: string[];
}

export const reporterNames = ['console', 'json', 'junit', 'markdown', 'html'] as const;

const paths = {
	name: 'PATHS',
	required: false,
	many: true,
	help: 'scenario files, or folders that are searched for *.yaml (default: scenarios)',
} as const;

const run = { name: 'RUN', required: true, many: false, help: 'a run folder, the name of one, or `latest`' } as const;

const selection = {
	tag: { kind: 'texts', value: 'TAG', help: 'only scenarios with this tag; several: with any of them' },
	grep: { kind: 'texts', value: 'TEXT', help: 'only cells whose case id contains this text, or /REGEX/; several: any' },
	exclude: { kind: 'texts', value: 'TEXT', help: 'not the cells whose case id contains this text, or /REGEX/' },
} as const satisfies Flags;

const kubernetes = {
	kubeconfig: {
		kind: 'text',
		value: 'FILE',
		help: 'with --cluster existing: this kubeconfig (default: KUBECONFIG, then ~/.kube/config)',
	},
	context: {
		kind: 'text',
		value: 'NAME',
		help: 'with --cluster existing: this context of it (default: the current one)',
	},
	allowContext: {
		kind: 'text',
		value: 'NAME',
		help: 'use the context of this name although something of it looks like production',
	},
	allowClusterScoped: {
		kind: 'switch',
		help: 'with --cluster existing: make objects without a namespace too; they act on everybody there',
	},
} as const satisfies Flags;

const kind = {
	mirror: {
		kind: 'text',
		value: 'DIR',
		help: 'with kind: manifests of add-ons come from this folder, not from the network (found by checksum)',
	},
	nodeImage: { kind: 'text', value: 'IMAGE', help: 'with kind: this node image, instead of the definition’s' },
	agentImage: {
		kind: 'text',
		value: 'IMAGE',
		help: 'on Kubernetes: probe pods run this image (with Node 20 or newer), instead of the definition’s',
	},
} as const satisfies Flags;

const out = { kind: 'text', value: 'DIR', help: 'where run folders are kept', default: '.gatecrash/runs' } as const;
const json = { kind: 'switch', help: 'JSON on standard output, and nothing else there' } as const;
const verbose = {
	kind: 'switch',
	short: 'v',
	help: 'every matrix with every row, and every cell of a finding',
} as const;
const reporter = {
	kind: 'texts',
	value: 'NAME[=FILE]',
	choices: reporterNames,
	help: 'console, json, junit, markdown or html (default: console); FILE `-` is standard output; without FILE: console goes to standard output, the others into the run folder',
} as const;

/** The one table of commands and flags: the source of the parser, help, docs/cli.md and the names in the environment. */
export const commands = {
	run: {
		summary: 'stand up a cluster, attempt, judge, report, and undo everything',
		argument: paths,
		flags: {
			cluster: {
				kind: 'text',
				value: 'NAME',
				help: 'name of a cluster, or a cluster definition file',
				default: 'embedded',
			},
			...kubernetes,
			...kind,
			keep: {
				kind: 'choice',
				value: 'WHEN',
				choices: ['never', 'on-failure', 'always'],
				default: 'never',
				help: 'keep the cluster afterwards: never, on-failure or always; `gatecrash clean` deletes it later',
			},
			...selection,
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
			quiet: { kind: 'switch', help: 'no progress; only the report, errors and the exit code' },
			verbose,
			strict: {
				kind: 'switch',
				help: 'inconclusive counts as failure; proof must be bracketed; an engine that differs from the text fails',
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
		},
		examples: [
			'gatecrash run scenarios/network-policy',
			'gatecrash run my.yaml --grep "/client-two→" -v',
			'gatecrash run --tag ingress --reporter console --reporter junit=report.xml --strict',
		],
	},
	validate: {
		summary: 'check scenario files against the schema and against themselves; needs no cluster',
		argument: paths,
		flags: {
			format: {
				kind: 'choice',
				value: 'FORMAT',
				choices: ['human', 'json', 'github'],
				default: 'human',
				help: 'human, json, or github (workflow annotations)',
			},
		},
		examples: ['gatecrash validate scenarios', 'gatecrash validate my.yaml --format github'],
	},
	list: {
		summary: 'scenarios with their tags, cells and what each requires',
		argument: paths,
		flags: { ...selection, json },
		examples: ['gatecrash list --tag eks-best-practices'],
	},
	plan: {
		summary: 'every step and cell with its expectation and prediction; needs no cluster',
		argument: paths,
		flags: {
			cluster: { kind: 'text', value: 'NAME', help: 'plan for what this cluster can do', default: 'embedded' },
			...kubernetes,
			...selection,
			json,
		},
		examples: ['gatecrash plan my.yaml', 'gatecrash plan my.yaml --json'],
	},
	judge: {
		summary: 'judge a recorded history again; the same bytes as when it was recorded',
		argument: run,
		flags: { out, json, verbose, strict: { kind: 'switch', help: 'as with run' } },
		examples: ['gatecrash judge latest', 'gatecrash judge .gatecrash/runs/20260101T120000-1a2b3c --json'],
	},
	report: {
		summary: 'render reports from recorded runs',
		argument: { ...run, many: true },
		flags: { reporter, out, verbose },
		examples: [
			'gatecrash report latest --reporter markdown',
			'gatecrash report latest --reporter junit=report.xml --reporter html=report.html',
		],
	},
	cluster: {
		summary: 'stand up a kind cluster that stays for several runs, delete it, or list what there is',
		argument: { name: 'ACTION', required: true, many: true, help: '`up NAME`, `down NAME`, or `list`' },
		flags: { ...kind, json: { kind: 'switch', help: 'with list: JSON on standard output' } },
		examples: [
			'gatecrash cluster up kind-calico',
			'gatecrash run scenarios/network-policy --cluster kind-calico',
			'gatecrash cluster down kind-calico',
			'gatecrash cluster up kind-calico --mirror ./mirror --node-image my/node:v1.36.3 --agent-image my/node:22',
		],
	},
	clean: {
		summary: 'delete what runs left behind: by their ledgers, by labels; never what is not theirs',
		flags: {
			run: { kind: 'text', value: 'RUN', help: 'only what this run left: its id, its folder, or `latest`' },
			kubeconfig: { kind: 'text', value: 'FILE', help: 'look for labelled objects in this cluster too' },
			context: { kind: 'text', value: 'NAME', help: 'the context of the kubeconfig (default: the current one)' },
			out,
			dryRun: { kind: 'switch', help: 'say what would be deleted, delete nothing' },
			yes: { kind: 'switch', short: 'y', help: 'do not ask; needed where there is no terminal' },
		},
		examples: [
			'gatecrash clean --dry-run',
			'gatecrash clean --run latest --yes',
			'gatecrash clean --run 20260101-120000-1a2b3c --kubeconfig ~/.kube/config --context staging',
		],
	},
	rbac: {
		summary: 'print the roles that a run of these scenarios needs on an existing cluster, and nothing more',
		argument: paths,
		flags: {
			name: { kind: 'text', value: 'NAME', help: 'name of the roles and bindings', default: 'gatecrash' },
			subject: {
				kind: 'text',
				value: 'SUBJECT',
				help: 'who gets them: serviceaccount/NAMESPACE/NAME, user/NAME or group/NAME',
				default: 'serviceaccount/default/gatecrash',
			},
			allowClusterScoped: kubernetes.allowClusterScoped,
			...selection,
		},
		examples: [
			'gatecrash rbac scenarios > roles.yaml',
			'gatecrash rbac my.yaml --subject group/testers | kubectl apply -f -',
		],
	},
	doctor: {
		summary: 'check what gatecrash needs on this machine: each line ok, warn or fail with its fix',
		flags: { json },
		examples: ['gatecrash doctor'],
	},
	init: {
		summary: 'write a commented sample scenario to start from',
		argument: { name: 'DIR', required: false, many: false, help: 'where to write it (default: scenarios)' },
		flags: { force: { kind: 'switch', help: 'overwrite a file that is there' } },
		examples: ['gatecrash init', 'gatecrash run scenarios'],
	},
	schema: {
		summary: 'print the JSON Schema of scenario files',
		flags: {},
		examples: ['gatecrash schema > scenario.schema.json'],
	},
	version: {
		summary: 'print the versions of gatecrash, Node and the kernel',
		flags: { json },
		examples: ['gatecrash version'],
	},
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof commands;

export const commandNames = Object.keys(commands) as CommandName[];
