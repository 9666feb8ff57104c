import type { CommandSpec } from './command-spec.ts';
import { json, kubernetes, paths, selection } from './common-flags.ts';

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
		fix: {
			kind: 'switch',
			help: 'write the attempts and listeners that are missing into the scenario files, and count again',
		},
		verbose: { kind: 'switch', short: 'v', help: 'every mutant, also those that are noticed' },
		json,
	},
	examples: [
		'gatecrash mutate my.yaml',
		'gatecrash mutate scenarios --min-score 90',
		'gatecrash mutate my.yaml --mutant database/ -v',
		'gatecrash mutate my.yaml --fix',
	],
} as const satisfies CommandSpec;

export const generate = {
	summary: 'a scenario with few attempts that notice mistakes in these policies; from manifests, or from a cluster',
	argument: {
		...{ name: 'MANIFESTS', required: false, many: true },
		help: 'files or folders with policies and, where there are any, workloads, Services and Namespaces (YAML or JSON); `-` is standard input',
	},
	flags: {
		fromCluster: {
			kind: 'switch',
			help: 'list the policies, pods, Services and Namespaces of a cluster; nothing is changed',
		},
		kubeconfig: {
			...kubernetes.kubeconfig,
			help: 'with --from-cluster: this kubeconfig (default: KUBECONFIG, then ~/.kube/config)',
		},
		context: { ...kubernetes.context, help: 'with --from-cluster: this context of it (default: the current one)' },
		namespace: { kind: 'texts', value: 'NAME', help: 'only policies of this namespace; several: of any of them' },
		name: { kind: 'text', value: 'NAME', help: 'name of the scenario', default: 'generated' },
		output: { kind: 'text', value: 'FILE', help: 'write it there, not to standard output' },
		cluster: { kind: 'text', value: 'NAME', help: 'with what is known of this cluster’s network', default: 'embedded' },
	},
	examples: [
		'gatecrash generate manifests/ > scenarios/generated.yaml',
		'kubectl get networkpolicies,deployments -A -o yaml | gatecrash generate -',
		'gatecrash generate --from-cluster --context staging --namespace shop --output shop.yaml',
	],
} as const satisfies CommandSpec;
