import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ClusterDefinition } from '../cluster-definition.ts';
import { findTool } from '../netns/tools.ts';
import { missingAddons, missingInstanceTypes } from './availability.ts';
import { ask, isGone } from './aws/aws-error.ts';
import type { AwsClients } from './aws/clients.ts';
import { type CostEstimate, estimateCost } from './cost.ts';
import { readEksConfig } from './eks-config.ts';
import { eksctlVersion } from './eksctl.ts';
import { checkQuotas } from './quotas.ts';

/** Who AWS says that we are. */
export interface Caller {
	account: string;
	/** For people and tags: the last part of the ARN. */
	owner: string;
	arn: string;
}

export interface Checked {
	cost: CostEstimate;
	/** What could not be looked at. */
	notes: string[];
}

/** @throws GatecrashError GC_NOT_PERMITTED, GC_CLUSTER. */
export async function whoAmI({ sts }: AwsClients): Promise<Caller> {
	const { Account = '', Arn = '' } = await ask('say whose these credentials are', () =>
		sts.send(new GetCallerIdentityCommand({})),
	);
	return { account: Account, arn: Arn, owner: Arn.split('/').at(-1) ?? Arn };
}

/**
 * Everything that can be known to be missing before a cluster is asked for, and so before it costs anything. Changes
 * nothing. @throws GatecrashError GC_CLUSTER naming all of it, GC_TOOL_MISSING, GC_NOT_PERMITTED.
 */
export async function checkPreconditions(
	clients: AwsClients,
	{ metadata, spec }: ClusterDefinition,
	name: string,
): Promise<Checked> {
	const config = readEksConfig(spec.config);
	await eksctlVersion();
	const [addons, types, taken] = await Promise.all([
		missingAddons(clients, config),
		missingInstanceTypes(clients, config),
		whyTaken(clients, name),
	]);
	const problems = [...missingAuthenticator(), ...taken, ...addons, ...types];
	// A type that the region does not have would spoil the count of processors.
	const quotas = types.length > 0 ? { problems: [], notes: [] } : await checkQuotas(clients, config);
	problems.push(...quotas.problems);
	if (problems.length > 0) {
		throw new GatecrashError(
			'GC_CLUSTER',
			`${metadata.name} can't be made in ${clients.region}, and nothing was:\n${problems.map((one) => `  - ${one}`).join('\n')}`,
		);
	}
	return { cost: estimateCost(config), notes: quotas.notes };
}

/** What kubeconfigs of eksctl ask for tokens. */
function missingAuthenticator(): string[] {
	if (findTool('aws') !== undefined || findTool('aws-iam-authenticator') !== undefined) return [];
	return ['neither aws nor aws-iam-authenticator is installed, and one of them gets the tokens for the cluster'];
}

async function whyTaken({ eks, region }: AwsClients, name: string): Promise<string[]> {
	return ask('look for the cluster', async () => {
		try {
			await eks.send(new DescribeClusterCommand({ name }));
			return [`there is an EKS cluster ${name} in ${region} already`];
		} catch (error) {
			if (isGone(error)) return [];
			throw error;
		}
	});
}
