import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, CreateLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
	CreateNetworkInterfaceCommand,
	CreateSecurityGroupCommand,
	DescribeNetworkInterfacesCommand,
	DescribeSecurityGroupsCommand,
	DescribeSubnetsCommand,
	DescribeVpcsCommand,
	EC2Client,
} from '@aws-sdk/client-ec2';
import {
	CreateClusterCommand,
	CreateNodegroupCommand,
	EKSClient,
	ListClustersCommand,
	ListNodegroupsCommand,
} from '@aws-sdk/client-eks';
import {
	CreateLoadBalancerCommand as CreateClassic,
	DescribeLoadBalancersCommand as DescribeClassic,
	ElasticLoadBalancingClient,
} from '@aws-sdk/client-elastic-load-balancing';
import {
	CreateLoadBalancerCommand,
	CreateTargetGroupCommand,
	DescribeLoadBalancersCommand,
	DescribeTargetGroupsCommand,
	ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';

// Advice about the Node that the SDK will need in a year.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

type Tags = Record<string, string>;

const list = (tags: Tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Looks into an account of moto, and puts things there, past everything that is under test. */
export class SeededAccount {
	readonly #settings;
	readonly #ec2: EC2Client;
	readonly #eks: EKSClient;

	constructor(endpoint: string, region = 'eu-west-1') {
		const credentials = { accessKeyId: 'seed', secretAccessKey: 'seed' };
		this.#settings = { endpoint, region, credentials, maxAttempts: 1 };
		this.#ec2 = new EC2Client(this.#settings);
		this.#eks = new EKSClient(this.#settings);
	}

	/** What is there, apart from what every account has and moto makes by itself (`default`): `kind name`, sorted. */
	async things(): Promise<string[]> {
		const clusters = (await this.#eks.send(new ListClustersCommand({}))).clusters ?? [];
		const groups = clusters.map((clusterName) => this.#eks.send(new ListNodegroupsCommand({ clusterName })));
		const nodeGroups = (await Promise.all(groups)).flatMap(({ nodegroups }) => nodegroups ?? []);
		const [stacks, security, interfaces, vpcs, logs, classic, balancers, targets] = await Promise.all([
			new CloudFormationClient(this.#settings).send(new DescribeStacksCommand({})),
			this.#ec2.send(new DescribeSecurityGroupsCommand({})),
			this.#ec2.send(new DescribeNetworkInterfacesCommand({})),
			this.#ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['false'] }] })),
			new CloudWatchLogsClient(this.#settings).send(new DescribeLogGroupsCommand({})),
			new ElasticLoadBalancingClient(this.#settings).send(new DescribeClassic({})),
			new ElasticLoadBalancingV2Client(this.#settings).send(new DescribeLoadBalancersCommand({})),
			new ElasticLoadBalancingV2Client(this.#settings).send(new DescribeTargetGroupsCommand({})),
		]);
		const own = (security.SecurityGroups ?? []).filter(({ GroupName = '' }) => !GroupName.startsWith('default'));
		return [
			...clusters.map((name) => `cluster ${name}`),
			...nodeGroups.map((name) => `node group ${name}`),
			...(stacks.Stacks ?? []).map(({ StackName }) => `stack ${StackName}`),
			...own.map(({ GroupName }) => `security group ${GroupName}`),
			...(interfaces.NetworkInterfaces ?? []).map(({ Description }) => `network interface ${Description}`),
			...(vpcs.Vpcs ?? []).map(({ CidrBlock }) => `vpc ${CidrBlock}`),
			...(logs.logGroups ?? []).map(({ logGroupName }) => `log group ${logGroupName}`),
			...(classic.LoadBalancerDescriptions ?? []).map(({ LoadBalancerName }) => `load balancer ${LoadBalancerName}`),
			...(balancers.LoadBalancers ?? []).map(({ LoadBalancerName }) => `load balancer ${LoadBalancerName}`),
			...(targets.TargetGroups ?? []).map(({ TargetGroupName }) => `target group ${TargetGroupName}`),
		].sort();
	}

	async cluster(name: string, tags: Tags): Promise<void> {
		const { subnet } = await this.#network();
		const resourcesVpcConfig = { subnetIds: [subnet] };
		const roleArn = 'arn:aws:iam::123456789012:role/x';
		await this.#eks.send(new CreateClusterCommand({ name, roleArn, tags, resourcesVpcConfig }));
		const scalingConfig = { minSize: 1, maxSize: 1, desiredSize: 1 };
		const request = {
			clusterName: name,
			nodegroupName: `${name}-nodes`,
			nodeRole: roleArn,
			subnets: [subnet],
			scalingConfig,
		};
		await this.#eks.send(new CreateNodegroupCommand(request));
	}

	async stack(name: string, tags: Tags): Promise<void> {
		const template = { Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: {} } } };
		const request = { StackName: name, TemplateBody: JSON.stringify(template), Tags: list(tags) };
		await new CloudFormationClient(this.#settings).send(new CreateStackCommand(request));
	}

	/** A group, and an interface of it that nothing uses, both named so. */
	async network(name: string, tags: Tags): Promise<void> {
		const { vpc, subnet } = await this.#network();
		const of = (kind: 'security-group' | 'network-interface') =>
			Object.keys(tags).length === 0 ? [] : [{ ResourceType: kind, Tags: list(tags) }];
		const group = await this.#ec2.send(
			new CreateSecurityGroupCommand({
				...{ GroupName: name, Description: name, VpcId: vpc, TagSpecifications: of('security-group') },
			}),
		);
		await this.#ec2.send(
			new CreateNetworkInterfaceCommand({
				...{ SubnetId: subnet, Description: name, Groups: [group.GroupId ?? ''] },
				TagSpecifications: of('network-interface'),
			}),
		);
	}

	/** A classic and a network load balancer, with a target group. */
	async loadBalancers(name: string, tags: Tags): Promise<void> {
		const { subnet } = await this.#network();
		const listener = { Protocol: 'TCP', LoadBalancerPort: 80, InstancePort: 30_080 };
		await new ElasticLoadBalancingClient(this.#settings).send(
			new CreateClassic({ LoadBalancerName: `${name}-c`, Listeners: [listener], Subnets: [subnet], Tags: list(tags) }),
		);
		const client = new ElasticLoadBalancingV2Client(this.#settings);
		await client.send(
			new CreateLoadBalancerCommand({ Name: `${name}-n`, Type: 'network', Subnets: [subnet], Tags: list(tags) }),
		);
		await client.send(
			new CreateTargetGroupCommand({
				Name: `${name}-t`,
				Protocol: 'TCP',
				Port: 80,
				VpcId: (await this.#network()).vpc,
				Tags: list(tags),
			}),
		);
	}

	async logGroup(name: string): Promise<void> {
		await new CloudWatchLogsClient(this.#settings).send(new CreateLogGroupCommand({ logGroupName: name }));
	}

	/** The default ones, which every account has. */
	async #network(): Promise<{ vpc: string; subnet: string }> {
		const { Subnets = [] } = await this.#ec2.send(new DescribeSubnetsCommand({}));
		const { VpcId = '', SubnetId = '' } = Subnets[0] ?? {};
		return { vpc: VpcId, subnet: SubnetId };
	}
}
