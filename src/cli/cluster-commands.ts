import type { CommandSpec } from './command-spec.ts';
import { eks, kind, out } from './common-flags.ts';

export const cluster = {
	summary: 'stand up a cluster of kind or EKS that stays for several runs, delete it, or list what there is',
	argument: {
		...{ name: 'ACTION', required: true, many: true, help: '`up NAME`, `down NAME`, or `list`' },
		words: ['up', 'down', 'list'],
	},
	flags: {
		...kind,
		...eks,
		pods: {
			kind: 'texts',
			value: 'PATH',
			help: 'with up, of kind: make the probe pods of these scenarios too; they stand by, and runs of them begin with attempts',
		},
		json: { kind: 'switch', help: 'with list: JSON on standard output' },
	},
	examples: [
		'gatecrash cluster up kind-calico',
		'gatecrash cluster up kind-calico --pods my.yaml',
		'gatecrash run scenarios/network-policy --cluster kind-calico',
		'gatecrash cluster down kind-calico',
		'gatecrash cluster up eks-vpc-cni --region eu-west-1',
		'gatecrash cluster up eks-vpc-cni --region eu-west-1 --yes',
		'gatecrash cluster up kind-calico --mirror ./mirror --node-image my/node:v1.36.3 --agent-image my/node:22',
	],
} as const satisfies CommandSpec;

export const clean = {
	summary: 'delete what runs left behind: by their ledgers, by labels and tags; never what is not theirs',
	flags: {
		run: { kind: 'text', value: 'RUN', help: 'only what this run left: its id, its folder, or `latest`' },
		kubeconfig: { kind: 'text', value: 'FILE', help: 'look for labelled objects in this cluster too' },
		context: { kind: 'text', value: 'NAME', help: 'the context of the kubeconfig (default: the current one)' },
		cloud: {
			kind: 'switch',
			help: 'look for EKS clusters and all that belongs to them in an AWS account too, by tags and by their names',
		},
		region: {
			kind: 'text',
			value: 'REGION,...',
			help: 'with --cloud: these AWS regions (default: AWS_REGION or that of the profile, and those that are written down here)',
		},
		out,
		dryRun: { kind: 'switch', help: 'say what would be deleted, delete nothing' },
		yes: { kind: 'switch', short: 'y', help: 'do not ask; needed where there is no terminal' },
	},
	examples: [
		'gatecrash clean --dry-run',
		'gatecrash clean --run latest --yes',
		'gatecrash clean --cloud --region eu-west-1 --dry-run',
		'gatecrash clean --run 20260101-120000-1a2b3c --kubeconfig ~/.kube/config --context staging',
	],
} as const satisfies CommandSpec;
