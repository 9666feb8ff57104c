#!/usr/bin/env node
// A recording stand-in for eksctl: writes down how it was called, says what eksctl says, and makes and deletes in AWS
// (moto, in tests) what eksctl would, under eksctl's names and tags. EKSCTL_STAND_IN names a folder: plan.json there says
// what goes wrong, calls.jsonl gets a line for each call.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const folder = process.env.EKSCTL_STAND_IN;
const require = createRequire(join(process.env.EKSCTL_STAND_IN_MODULES, 'package.json'));
const { parse } = require('yaml');
const eksSdk = require('@aws-sdk/client-eks');
const ec2Sdk = require('@aws-sdk/client-ec2');
const cfnSdk = require('@aws-sdk/client-cloudformation');
const logsSdk = require('@aws-sdk/client-cloudwatch-logs');

const planFile = join(folder, 'plan.json');
const plan = existsSync(planFile) ? JSON.parse(readFileSync(planFile, 'utf8')) : {};
const args = process.argv.slice(2);
const option = (name) => args[args.indexOf(`--${name}`) + 1];
const configFile = args.includes('--config-file') ? option('config-file') : undefined;
const config = configFile === undefined ? undefined : parse(readFileSync(configFile, 'utf8'));
appendFileSync(join(folder, 'calls.jsonl'), `${JSON.stringify({ args, config })}\n`);

const say = (text, icon = 'ℹ') =>
	process.stdout.write(`${new Date().toISOString().slice(0, 19).replace('T', ' ')} [${icon}]  ${text}\n`);
const fail = (text) => {
	say(text, '✖');
	process.stderr.write(`Error: failed to ${args.slice(0, 2).join(' ')}\n`);
	process.exit(1);
};
/** Whether a step fails this time: `plan.fails` counts down. */
const fails = (step) => {
	const left = plan.fails?.[step] ?? 0;
	if (left === 0) return false;
	plan.fails[step] = left - 1;
	writeFileSync(planFile, JSON.stringify(plan));
	return true;
};
const tagList = (tags) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

if (args[0] === 'version') process.stdout.write('0.221.0\n');
else if (args[0] === 'create') await create();
else if (args[0] === 'delete') await remove(option('name'), option('region'));
else fail(`unknown command ${args.join(' ')}`);

async function create() {
	const { name, region, tags } = config.metadata;
	const own = { ...tags, 'alpha.eksctl.io/cluster-name': name, 'eksctl.cluster.k8s.io/v1alpha1/cluster-name': name };
	const clients = clientsIn(region);
	say(`eksctl version 0.221.0`);
	say(`using region ${region}`);
	if (fails('create')) fail('creating CloudFormation stack: LimitExceededException: you have reached a limit');
	say(`building cluster stack "eksctl-${name}-cluster"`);
	const cidr = config.vpc?.cidr ?? '192.168.0.0/16';
	const network = {
		Resources: {
			VPC: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: cidr } },
			ControlPlaneSecurityGroup: {
				Type: 'AWS::EC2::SecurityGroup',
				Properties: { GroupDescription: 'control plane', VpcId: { Ref: 'VPC' } },
			},
			Subnet: { Type: 'AWS::EC2::Subnet', Properties: { CidrBlock: cidr.replace(/\/.*/, '/19'), VpcId: { Ref: 'VPC' } } },
		},
	};
	await stack(clients, `eksctl-${name}-cluster`, network, own);
	const resources = await clients.cfn.send(new cfnSdk.DescribeStackResourcesCommand({ StackName: `eksctl-${name}-cluster` }));
	const idOf = (type) => resources.StackResources.find(({ ResourceType }) => ResourceType === type).PhysicalResourceId;
	const [vpc, subnet] = [idOf('AWS::EC2::VPC'), idOf('AWS::EC2::Subnet')];
	const roleArn = 'arn:aws:iam::123456789012:role/eksctl';
	const version = config.metadata.version;
	await clients.eks.send(
		new eksSdk.CreateClusterCommand({ name, version, roleArn, tags: own, resourcesVpcConfig: { subnetIds: [subnet] } }),
	);
	say(`waiting for CloudFormation stack "eksctl-${name}-cluster"`);
	if (plan.hangs) await sleep(120_000);
	if (fails('create-late')) fail('waiter state transitioned to Failure: nodegroup probes: NodeCreationFailure');
	for (const group of config.managedNodeGroups) {
		say(`building managed nodegroup stack "eksctl-${name}-nodegroup-${group.name}"`);
		const nothing = { Resources: { Group: { Type: 'AWS::SNS::Topic', Properties: {} } } };
		await stack(clients, `eksctl-${name}-nodegroup-${group.name}`, nothing, own);
		const scalingConfig = { minSize: 1, maxSize: 9, desiredSize: group.desiredCapacity };
		const request = { clusterName: name, nodegroupName: group.name, nodeRole: roleArn, subnets: [subnet], scalingConfig };
		await clients.eks.send(new eksSdk.CreateNodegroupCommand({ ...request, tags: own }));
	}
	// What EKS and the VPC CNI plugin make by themselves.
	const group = await clients.ec2.send(
		new ec2Sdk.CreateSecurityGroupCommand({
			...{ GroupName: `eks-cluster-sg-${name}`, Description: 'EKS', VpcId: vpc },
			TagSpecifications: [
				{ ResourceType: 'security-group', Tags: tagList({ 'aws:eks:cluster-name': name, [`kubernetes.io/cluster/${name}`]: 'owned' }) },
			],
		}),
	);
	await clients.ec2.send(
		new ec2Sdk.CreateNetworkInterfaceCommand({
			...{ SubnetId: subnet, Groups: [group.GroupId] },
			TagSpecifications: [
				{ ResourceType: 'network-interface', Tags: tagList({ 'cluster.k8s.amazonaws.com/name': name }) },
			],
		}),
	);
	await clients.logs.send(new logsSdk.CreateLogGroupCommand({ logGroupName: `/aws/eks/${name}/cluster` }));
	writeKubeconfig(option('kubeconfig'), name, region);
	say(`saved kubeconfig as "${option('kubeconfig')}"`, '✔');
	say(`EKS cluster "${name}" in "${region}" region is ready`, '✔');
}

/** As eksctl does; the interface, the security group and the log group that it did not make itself it leaves. */
async function remove(name, region) {
	const clients = clientsIn(region);
	say(`deleting EKS cluster "${name}"`);
	if (fails('delete')) fail('waiting for CloudFormation stack to be deleted: ExceededWaitTime');
	try {
		const { nodegroups } = await clients.eks.send(new eksSdk.ListNodegroupsCommand({ clusterName: name }));
		for (const nodegroupName of nodegroups) {
			say(`deleting nodegroup "${nodegroupName}"`);
			await clients.eks.send(new eksSdk.DeleteNodegroupCommand({ clusterName: name, nodegroupName }));
			await clients.cfn.send(new cfnSdk.DeleteStackCommand({ StackName: `eksctl-${name}-nodegroup-${nodegroupName}` }));
		}
		await clients.eks.send(new eksSdk.DeleteClusterCommand({ name }));
	} catch (error) {
		if (error.name !== 'ResourceNotFoundException') throw error;
	}
	if (fails('delete-stack')) fail('deleting CloudFormation stack: the VPC has dependencies and cannot be deleted');
	await clients.cfn.send(new cfnSdk.DeleteStackCommand({ StackName: `eksctl-${name}-cluster` }));
	say('all cluster resources were deleted', '✔');
}

async function stack({ cfn }, name, template, tags) {
	const request = { StackName: name, TemplateBody: JSON.stringify(template), Tags: tagList(tags) };
	await cfn.send(new cfnSdk.CreateStackCommand(request));
}

function clientsIn(region) {
	const settings = { region, maxAttempts: 1 };
	return {
		eks: new eksSdk.EKSClient(settings),
		ec2: new ec2Sdk.EC2Client(settings),
		cfn: new cfnSdk.CloudFormationClient(settings),
		logs: new logsSdk.CloudWatchLogsClient(settings),
	};
}

/** Of an API server that the test has; a real one of EKS would be asked with `aws eks get-token`. */
function writeKubeconfig(file, name, region) {
	if (plan.kubeconfig !== undefined) return writeFileSync(file, readFileSync(plan.kubeconfig), { mode: 0o600 });
	const config = {
		...{ apiVersion: 'v1', kind: 'Config', 'current-context': `tester@${name}.${region}.eksctl.io` },
		clusters: [{ name, cluster: { server: plan.server, 'insecure-skip-tls-verify': true } }],
		users: [{ name: 'tester', user: { token: 'secret' } }],
		contexts: [{ name: `tester@${name}.${region}.eksctl.io`, context: { cluster: name, user: 'tester' } }],
	};
	writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
}
