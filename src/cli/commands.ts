import { json, kubernetes, out, paths, reporter, run, selection, shard, verbose } from './common-flags.ts';
import type { CommandSpec } from './command-spec.ts';
import { clean, cluster } from './cluster-commands.ts';
import { generate, mutate } from './mutation-commands.ts';
import { runFlags } from './run-flags.ts';

/** The one table of commands and flags: the source of the parser, help, docs/cli.md and the names in the environment. */
export const commands = {
	run: {
		summary: 'stand up a cluster, attempt, judge, report, and undo everything',
		argument: paths,
		flags: runFlags,
		examples: [
			'gatecrash run scenarios/network-policy',
			'gatecrash run my.yaml --grep "/client-two→" -v',
			'gatecrash run scenarios/network-policy --tag ip-block --inject except-ignored',
			'gatecrash run --tag ingress --reporter console --reporter junit=report.xml --strict',
		],
	},
	watch: {
		summary: 'attempt again on the embedded cluster whenever a scenario or policy file changes',
		argument: paths,
		flags: {
			inject: runFlags.inject,
			...selection,
			attempts: runFlags.attempts,
			out,
			verbose,
		},
		examples: ['gatecrash watch my.yaml', 'gatecrash watch scenarios --tag demo'],
	},
	validate: {
		summary: 'check scenario files against the schema and against themselves; needs no cluster',
		argument: paths,
		flags: {
			format: {
				kind: 'choice',
				value: 'FORMAT',
				choices: ['human', 'json', 'github', 'sarif'],
				default: 'human',
				help: 'human, json, github (workflow annotations) or sarif',
			},
		},
		examples: ['gatecrash validate scenarios', 'gatecrash validate my.yaml --format github'],
	},
	list: {
		summary: 'scenarios with their tags, cells and what each requires; or the seeded bugs',
		argument: paths,
		flags: {
			bugs: { kind: 'switch', help: 'the bugs that --inject knows, instead of scenarios' },
			...selection,
			json,
		},
		examples: ['gatecrash list --tag eks-best-practices', 'gatecrash list --bugs'],
	},
	plan: {
		summary: 'every step and cell with its expectation and prediction; needs no cluster',
		argument: paths,
		flags: {
			cluster: { kind: 'text', value: 'NAME', help: 'plan for what this cluster can do', default: 'embedded' },
			...kubernetes,
			...selection,
			shard,
			json,
		},
		examples: ['gatecrash plan my.yaml', 'gatecrash plan my.yaml --json'],
	},
	explain: {
		summary: 'why policies allow or forbid a path: who selects each end, which rule lets it through or why none does',
		argument: {
			...paths,
			before: {
				FROM: 'who attempts, as in scenario files: client, node/a, external/internet',
				TO: 'what is attempted: app, app:80, svc/app:80/tcp, external/internet:53/udp; without a port, all that it listens on',
			},
		},
		flags: {
			cluster: { kind: 'text', value: 'NAME', help: 'explain for this cluster', default: 'embedded' },
			...kubernetes,
			json,
		},
		examples: [
			'gatecrash explain client-two app-one:80 my.yaml',
			'gatecrash explain client-one svc/kube-dns:53/udp scenarios/network-policy --json',
		],
	},
	mutate,
	generate,
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
	diff: {
		summary: 'what differs between two runs: new, fixed, changed, added and gone cells',
		argument: {
			name: 'NEW',
			required: true,
			many: false,
			help: 'the later one, named in the same way',
			before: { OLD: 'a run folder, the name of one, `latest`, or a verdicts.json' },
		},
		flags: { out, json },
		examples: ['gatecrash diff 20260101-120000-1a2b3c latest', 'gatecrash diff main/verdicts.json latest --json'],
	},
	merge: {
		summary: 'make one run of the shards of a run',
		argument: { ...run, many: true, help: 'every shard: run folders, or their names' },
		flags: { reporter, out, json, verbose, strict: { kind: 'switch', help: 'as with run' } },
		examples: [
			'gatecrash run scenarios --shard 1/2 --out a && gatecrash run scenarios --shard 2/2 --out b && gatecrash merge a/latest b/latest',
		],
	},
	trend: {
		summary: 'what changed over several nights of runs: new, flapping, still failing, fixed, and latencies that drift',
		argument: {
			...{ name: 'DIR', required: false, many: false },
			help: 'a folder with run folders or verdicts files in it (default: the folder of --out)',
		},
		flags: {
			nights: { kind: 'count', value: 'N', least: 1, default: 14, help: 'look at the last N nights' },
			night: {
				kind: 'duration',
				value: 'DURATION',
				help: 'runs that began so long before the last one of a night belong to it (default: 12h)',
			},
			html: { kind: 'text', value: 'FILE', help: 'write a page too, which needs nothing else' },
			out,
			json,
			verbose: { ...verbose, help: 'every cell, and every latency' },
		},
		examples: ['gatecrash trend', 'gatecrash trend nightly --nights 7 --html trend.html', 'gatecrash trend --json'],
	},
	cluster,
	clean,
	rbac: {
		summary:
			'print the roles that a run of these scenarios needs on an existing cluster, or what EKS needs of AWS, and nothing more',
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
			wireCapture: kubernetes.wireCapture,
			cloud: {
				kind: 'switch',
				help: 'instead: the IAM policy that clusters of EKS need in an AWS account, whatever the scenarios',
			},
			region: { kind: 'text', value: 'REGION,...', help: 'with --cloud: only in these AWS regions' },
			...selection,
		},
		examples: [
			'gatecrash rbac scenarios > roles.yaml',
			'gatecrash rbac --cloud --region eu-west-1 > policy.json',
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
	completion: {
		summary: 'print the completion script of a shell: commands, flags, and their values',
		argument: {
			...{ name: 'SHELL', required: true, many: false, help: 'bash, zsh or fish' },
			words: ['bash', 'zsh', 'fish'],
		},
		flags: {},
		examples: [
			'source <(gatecrash completion bash)',
			'gatecrash completion zsh > ~/.zfunc/_gatecrash',
			'gatecrash completion fish > ~/.config/fish/completions/gatecrash.fish',
		],
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
