import {
	DescribeAddressesCommand,
	DescribeInstanceTypesCommand,
	paginateDescribeInstances,
	paginateDescribeVpcs,
} from '@aws-sdk/client-ec2';
import { paginateListClusters } from '@aws-sdk/client-eks';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import type { AwsClients } from './aws/clients.ts';
import { natGatewaysOf } from './cost.ts';
import { type EksConfig, instanceTypesOf } from './eks-config.ts';

/** A limit of an account in a region, and how far a cluster would go into it. */
interface Quota {
	what: string;
	service: string;
	code: string;
	/** How much the new cluster takes. */
	wanted: (clients: AwsClients, config: EksConfig) => Promise<number>;
	used: (clients: AwsClients) => Promise<number>;
}

/** Codes are AWS's own (https://docs.aws.amazon.com/general/latest/gr/eks.html, and those of VPC and EC2). */
const quotas: readonly Quota[] = [
	{
		...{ what: 'EKS clusters', service: 'eks', code: 'L-1194D53C', wanted: async () => 1 },
		used: async ({ eks }) => count(paginateListClusters({ client: eks }, {}), ({ clusters }) => clusters?.length),
	},
	{
		...{ what: 'VPCs', service: 'vpc', code: 'L-F678F1CE' },
		wanted: async (_, { vpc }) => ((vpc as { id?: string } | undefined)?.id === undefined ? 1 : 0),
		used: async ({ ec2 }) => count(paginateDescribeVpcs({ client: ec2 }, {}), ({ Vpcs }) => Vpcs?.length),
	},
	{
		...{ what: 'elastic addresses', service: 'ec2', code: 'L-0263D0A3' },
		wanted: async (_, config) => natGatewaysOf(config),
		used: async ({ ec2 }) => (await ec2.send(new DescribeAddressesCommand({}))).Addresses?.length ?? 0,
	},
	{
		...{ what: 'virtual processors of standard instances', service: 'ec2', code: 'L-1216C47A' },
		wanted: wantedProcessors,
		used: async ({ ec2 }) => {
			const filters = [{ Name: 'instance-state-name', Values: ['pending', 'running'] }];
			return count(paginateDescribeInstances({ client: ec2 }, { Filters: filters }), ({ Reservations = [] }) =>
				Reservations.flatMap(({ Instances = [] }) => Instances)
					.filter(({ InstanceType = '' }) => isStandard(InstanceType))
					.reduce((sum, { CpuOptions }) => sum + (CpuOptions?.CoreCount ?? 1) * (CpuOptions?.ThreadsPerCore ?? 1), 0),
			);
		},
	},
];

export interface QuotaFindings {
	/** Quotas that the cluster would exceed. */
	problems: string[];
	/** Quotas that could not be read. */
	notes: string[];
}

/** Compares what a cluster needs with what the account may still have. Rejects only for what is none of AWS's errors. */
export async function checkQuotas(clients: AwsClients, config: EksConfig): Promise<QuotaFindings> {
	const findings: QuotaFindings = { problems: [], notes: [] };
	await Promise.all(quotas.map((quota) => checkQuota(quota, clients, config, findings)));
	return findings;
}

async function checkQuota(quota: Quota, clients: AwsClients, config: EksConfig, findings: QuotaFindings) {
	const { what, service, code } = quota;
	try {
		const wanted = await quota.wanted(clients, config);
		if (wanted === 0) return;
		const [answer, used] = await Promise.all([
			clients.quotas.send(new GetServiceQuotaCommand({ ServiceCode: service, QuotaCode: code })),
			quota.used(clients),
		]);
		const limit = answer.Quota?.Value;
		if (limit === undefined || used + wanted <= limit) return;
		findings.problems.push(
			`the quota of ${what} in ${clients.region} is ${limit}: ${used} are used, and ${wanted} more are needed (ask for more: aws service-quotas request-service-quota-increase --region ${clients.region} --service-code ${service} --quota-code ${code} --desired-value ${used + wanted})`,
		);
	} catch (error) {
		if (!(error instanceof Error) || !('$metadata' in error)) throw error;
		findings.notes.push(`the quota of ${what} could not be read (${error.name})`);
	}
}

async function wantedProcessors({ ec2 }: AwsClients, config: EksConfig): Promise<number> {
	const groups = config.managedNodeGroups.filter(({ spot }) => spot !== true);
	const types = [...new Set(groups.flatMap(instanceTypesOf))].filter(isStandard);
	if (types.length === 0) return 0;
	// The type names are ones that the region has: that was looked at before.
	const answer = await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: types as never[] }));
	const processors = new Map(
		(answer.InstanceTypes ?? []).map((one) => [one.InstanceType as string, one.VCpuInfo?.DefaultVCpus ?? 0]),
	);
	return groups.reduce((sum, group) => {
		const each = instanceTypesOf(group).map((type) => processors.get(type) ?? 0);
		return sum + group.desiredCapacity * Math.max(0, ...each);
	}, 0);
}

/** Families A, C, D, H, I, M, R, T and Z share one quota. */
function isStandard(type: string): boolean {
	return /^[acdhimrtz]\d/.test(type);
}

async function count<Page>(pages: AsyncIterable<Page>, of: (page: Page) => number | undefined): Promise<number> {
	let sum = 0;
	for await (const page of pages) sum += of(page) ?? 0;
	return sum;
}
