import { z } from 'zod';

/** EKS's own schema of these values takes texts everywhere, so YAML's `true` is a mistake that only AWS would notice. */
const flag = z.enum(['true', 'false'], {
	error: ({ input }) =>
		typeof input === 'boolean' ? `is the text "${input}", in quotes: EKS takes no true or false here` : undefined,
});
const whole = z.string({ error: 'is a number in quotes' }).regex(/^\d+$/, 'is a whole number in quotes');
const text = z.string();
const settings = <Key extends string, Value extends z.ZodType>(value: Value, ...names: Key[]) =>
	Object.fromEntries(names.map((name) => [name, value.optional()])) as Record<Key, z.ZodOptional<Value>>;

const environment = z.strictObject({
	...settings(
		flag,
		...(['ANNOTATE_POD_IP', 'AWS_MANAGE_ENIS_NON_SCHEDULABLE', 'AWS_VPC_CNI_NODE_PORT_SUPPORT'] as const),
		...(['AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER', 'AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG'] as const),
		...(['AWS_VPC_K8S_CNI_EXTERNALSNAT', 'DISABLE_INTROSPECTION', 'DISABLE_LEAKED_ENI_CLEANUP'] as const),
		...(['DISABLE_METRICS', 'DISABLE_NETWORK_RESOURCE_PROVISIONING', 'DISABLE_POD_V6'] as const),
		...(['ENABLE_BANDWIDTH_PLUGIN', 'ENABLE_IMDS_ONLY_MODE', 'ENABLE_IPv4', 'ENABLE_IPv6'] as const),
		...(['ENABLE_MULTI_NIC', 'ENABLE_NFTABLES', 'ENABLE_POD_ENI', 'ENABLE_PREFIX_DELEGATION'] as const),
		...(['ENABLE_SUBNET_DISCOVERY', 'ENABLE_V4_EGRESS', 'ENABLE_V6_EGRESS'] as const),
	),
	...settings(
		whole,
		...(['AWS_VPC_ENI_MTU', 'IP_COOLDOWN_PERIOD', 'MAX_ENI', 'MINIMUM_IP_TARGET', 'POD_MTU'] as const),
		...(['WARM_ENI_TARGET', 'WARM_IP_TARGET', 'WARM_PREFIX_TARGET'] as const),
	),
	...settings(
		text,
		...(['ADDITIONAL_ENI_TAGS', 'AWS_EC2_ENDPOINT', 'AWS_EXTERNAL_SERVICE_CIDRS'] as const),
		...(['AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS', 'AWS_VPC_K8S_CNI_LOG_FILE', 'AWS_VPC_K8S_CNI_LOGLEVEL'] as const),
		...(['AWS_VPC_K8S_CNI_RANDOMIZESNAT', 'AWS_VPC_K8S_CNI_VETHPREFIX'] as const),
		...(['AWS_VPC_K8S_PLUGIN_LOG_FILE', 'AWS_VPC_K8S_PLUGIN_LOG_LEVEL', 'CLUSTER_ENDPOINT'] as const),
		...(['CLUSTER_NAME', 'ENI_CONFIG_ANNOTATION_DEF', 'ENI_CONFIG_LABEL_DEF'] as const),
		...(['HOST_CNI_BIN_PATH', 'HOST_CNI_CONFDIR_PATH', 'INTROSPECTION_BIND_ADDRESS'] as const),
	),
	NETWORK_POLICY_ENFORCING_MODE: z.enum(['standard', 'strict']).optional(),
	POD_SECURITY_GROUP_ENFORCING_MODE: z.enum(['standard', 'strict']).optional(),
});

const anything = z.record(z.string(), z.unknown()).optional();

/**
 * Configuration values of the add-on vpc-cni, as a closed list: the settings of its chart and the variables of its
 * README (aws/amazon-vpc-cni-k8s, charts/aws-vpc-cni/values.yaml, v1.21 to v1.23). EKS refuses an unknown one too, but
 * only once the cluster is there and paid for.
 */
export const vpcCniValues = z.strictObject({
	enableNetworkPolicy: flag.optional(),
	env: environment.default({}),
	init: z
		.strictObject({
			env: z.strictObject(settings(flag, 'DISABLE_TCP_EARLY_DEMUX', 'ENABLE_IPv6', 'ENABLE_V6_EGRESS')).default({}),
			resources: anything,
		})
		.optional(),
	nodeAgent: z
		.strictObject({
			...settings(flag, 'enableCloudWatchLogs', 'enablePolicyEventLogs', 'enableIpv6'),
			...settings(whole, 'conntrackCacheCleanupPeriod', 'conntrackCacheTableSize'),
			...settings(whole, 'metricsBindAddr', 'healthProbeBindAddr'),
			logLevel: text.optional(),
			networkPolicyAgentLogFileLocation: text.optional(),
			resources: anything,
		})
		.optional(),
	branchENICooldown: whole.optional(),
	...settings(flag, 'enableWindowsIpam', 'enableWindowsPrefixDelegation'),
	...settings(whole, 'livenessProbeTimeoutSeconds', 'readinessProbeTimeoutSeconds'),
	...settings(whole, 'minimumWindowsIPTarget', 'warmWindowsIPTarget', 'warmWindowsPrefixTarget'),
	eniConfig: anything,
	resources: anything,
	affinity: anything,
	podAnnotations: z.record(z.string(), z.string()).optional(),
	podLabels: z.record(z.string(), z.string()).optional(),
	tolerations: z.array(z.record(z.string(), z.unknown())).optional(),
});

export type VpcCniValues = z.infer<typeof vpcCniValues>;
