import type { Flags } from './flag.ts';

export const reporterNames = [
	'console',
	'json',
	'junit',
	'sarif',
	'html',
	'markdown',
	'github',
	'tap',
	'conformance',
] as const;
export type ReporterName = (typeof reporterNames)[number];

export const paths = {
	name: 'PATHS',
	required: false,
	many: true,
	help: 'scenario files, or folders that are searched for *.yaml (default: scenarios)',
} as const;

export const run = {
	name: 'RUN',
	required: true,
	many: false,
	help: 'a run folder, the name of one, or `latest`',
} as const;

export const selection = {
	tag: { kind: 'texts', value: 'TAG', help: 'only scenarios with this tag; several: with any of them' },
	grep: { kind: 'texts', value: 'TEXT', help: 'only cells whose case id contains this text, or /REGEX/; several: any' },
	exclude: { kind: 'texts', value: 'TEXT', help: 'not the cells whose case id contains this text, or /REGEX/' },
} as const satisfies Flags;

export const kubernetes = {
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
	wireCapture: {
		kind: 'switch',
		help: 'with --cluster existing: capture packets on the host side of pods, by pods with CAP_NET_RAW on the nodes’ networks',
	},
} as const satisfies Flags;

export const kind = {
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

export const shard = {
	kind: 'text',
	value: 'I/N',
	help: 'only the I-th of N parts of the scenarios, balanced by their cells; `gatecrash merge` makes one run of all N; job/N: the part of this pod in an Indexed Job of Kubernetes',
} as const;

export const eks = {
	region: {
		kind: 'text',
		value: 'REGION',
		help: 'with EKS: the AWS region (default: AWS_REGION, then that of the profile, then the definition’s)',
	},
	expiresAfter: {
		kind: 'duration',
		value: 'DURATION',
		help: 'with EKS: after so long anybody’s `gatecrash clean --cloud` may delete the cluster (default: 8h)',
	},
	yes: { kind: 'switch', short: 'y', help: 'with EKS: make a cluster, which costs money' },
} as const satisfies Flags;

export const out = {
	kind: 'text',
	value: 'DIR',
	help: 'where run folders are kept',
	default: '.gatecrash/runs',
} as const;
export const json = { kind: 'switch', help: 'JSON on standard output, and nothing else there' } as const;
export const verbose = {
	kind: 'switch',
	short: 'v',
	help: 'every matrix with every row, and every cell of a finding',
} as const;
export const reporter = {
	kind: 'texts',
	value: 'NAME[=FILE]',
	choices: reporterNames,
	help: 'console, json, junit, sarif, html, markdown, github, tap or conformance (default: console); FILE `-` is standard output; without FILE: console and github go to standard output, the others into the run folder',
} as const;
