import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';
import type { Credentials } from './credentials.ts';

/** AWS's API in one region. Endpoints are the SDK's own to choose: AWS_ENDPOINT_URL overrides them. */
export interface AwsClients {
	region: string;
	eks: EKSClient;
	ec2: EC2Client;
	stacks: CloudFormationClient;
	loadBalancers: ElasticLoadBalancingV2Client;
	classicLoadBalancers: ElasticLoadBalancingClient;
	logs: CloudWatchLogsClient;
	quotas: ServiceQuotasClient;
	sts: STSClient;
}

/** Makes no call. Whoever opens them calls `closeClients`. */
export function openClients(region: string, credentials: Credentials): AwsClients {
	const settings = {
		region,
		credentials,
		// Throttling and passing faults, by the SDK's own backoff.
		maxAttempts: 5,
		requestHandler: { connectionTimeout: 5000, requestTimeout: 30_000 },
	};
	return {
		region,
		eks: new EKSClient(settings),
		ec2: new EC2Client(settings),
		stacks: new CloudFormationClient(settings),
		loadBalancers: new ElasticLoadBalancingV2Client(settings),
		classicLoadBalancers: new ElasticLoadBalancingClient(settings),
		logs: new CloudWatchLogsClient(settings),
		quotas: new ServiceQuotasClient(settings),
		sts: new STSClient(settings),
	};
}

export function closeClients({ region: _, ...clients }: AwsClients): void {
	for (const client of Object.values(clients)) client.destroy();
}
