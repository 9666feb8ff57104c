import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { Capability } from '../../model/capability.ts';
import { canTrunk } from './trunking.ts';
import { type VpcCniValues, vpcCniValues } from './vpc-cni-values.ts';

const values = z.union([z.string(), z.record(z.string(), z.unknown())], {
	error: 'is a mapping, or a text that holds one in JSON or YAML',
});

const addon = z.looseObject({
	name: z.string().min(1),
	/** Pinned: two nights with different versions could not be compared. */
	version: z
		.string({ error: 'is missing: add-on versions are pinned, as v1.21.1-eksbuild.3' })
		.regex(/^v\d+\.\d+\.\d+(-.*)?$/, 'is a version as v1.21.1-eksbuild.3'),
	/** eksctl takes JSON in a text; a mapping is made one. */
	configurationValues: values.optional(),
});

const nodeGroup = z.looseObject({
	name: z.string().min(1),
	instanceType: z.string().optional(),
	instanceTypes: z.array(z.string()).optional(),
	desiredCapacity: z.int().min(1),
	volumeSize: z.int().min(1).optional(),
	spot: z.boolean().optional(),
	disablePodIMDS: z.boolean().optional(),
	privateNetworking: z.boolean().optional(),
});

const never = (why: string) => z.undefined({ error: why }).optional();

/**
 * `spec.config` of a cluster of driver eks: an eksctl ClusterConfig without what the driver says itself. What is not
 * looked at here is eksctl's to check (https://eksctl.io/usage/schema/).
 */
const eksConfig = z.looseObject({
	apiVersion: z.literal('eksctl.io/v1alpha5').optional(),
	kind: z.literal('ClusterConfig').optional(),
	metadata: z.looseObject({
		name: never('is made by gatecrash, so that what is left over can be known by it'),
		region: z.string().min(1).optional(),
		version: z
			.string({ error: 'is missing, or not in quotes: the version of Kubernetes, as "1.35"' })
			.regex(/^1\.\d+$/, 'is a version of Kubernetes, as "1.35"'),
		tags: z.record(z.string(), z.string()).optional(),
	}),
	vpc: z.looseObject({ cidr: z.string().optional() }).optional(),
	kubernetesNetworkConfig: z.looseObject({ serviceIPv4CIDR: z.string().optional() }).optional(),
	addons: z.array(addon).default([]),
	managedNodeGroups: z.array(nodeGroup).min(1),
	nodeGroups: never('is not known to clean-up: use managedNodeGroups'),
	fargateProfiles: never('is not known to clean-up, and probe pods need nodes'),
});

export type EksConfig = z.infer<typeof eksConfig>;

export interface Problem {
	/** Below `config`. */
	path: PropertyKey[];
	message: string;
}

interface DefinitionParts {
	nodes: number;
	ipFamily: string;
	config: unknown;
	provides: readonly Capability[];
}

/** Everything that is wrong with the `config` of a definition of driver eks. */
export function checkEksConfig({ nodes, ipFamily, config, provides }: DefinitionParts): Problem[] {
	const parsed = eksConfig.safeParse(config);
	if (!parsed.success) return parsed.error.issues.map(({ path, message }) => ({ path, message }));
	const problems = parsed.data.addons.flatMap((one, index) =>
		one.name === 'vpc-cni' && one.configurationValues !== undefined
			? checkValues(one.configurationValues, ['addons', index, 'configurationValues'])
			: [],
	);
	if (ipFamily !== 'ipv4') problems.push({ path: [], message: 'clusters of driver eks are IPv4: say ipFamily: ipv4' });
	const wanted = parsed.data.managedNodeGroups.reduce((sum, group) => sum + group.desiredCapacity, 0);
	if (wanted !== nodes) {
		problems.push({ path: ['managedNodeGroups'], message: `has ${wanted} nodes, but nodes is ${nodes}` });
	}
	return problems.length > 0 ? problems : checkProvides(parsed.data, provides);
}

/** @throws ZodError for a configuration that `checkEksConfig` finds something in: definitions are checked when read. */
export function readEksConfig(config: unknown): EksConfig {
	return eksConfig.parse(config);
}

export function instanceTypesOf(group: EksConfig['managedNodeGroups'][number]): string[] {
	// eksctl's own default.
	return group.instanceTypes ?? [group.instanceType ?? 'm5.large'];
}

/** Of the add-on vpc-cni; without one, EKS's defaults. */
export function vpcCniValuesOf(config: EksConfig): VpcCniValues {
	const given = config.addons.find(({ name }) => name === 'vpc-cni')?.configurationValues ?? {};
	return vpcCniValues.parse(typeof given === 'string' ? parseDocument(given).toJS() : given);
}

function checkValues(given: string | Record<string, unknown>, path: PropertyKey[]): Problem[] {
	const document = typeof given === 'string' ? parseDocument(given) : undefined;
	if (document && document.errors.length > 0) return [{ path, message: document.errors[0]?.message ?? 'is no YAML' }];
	const parsed = vpcCniValues.safeParse(document ? (document.toJS() as unknown) : given);
	return (parsed.error?.issues ?? []).flatMap((issue) => {
		const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
		// A position inside of a text is nobody's: the text begins at its own.
		const at = (inner: PropertyKey[]) =>
			document ? { path, prefix: `${inner.map(String).join('.')}: ` } : { path: [...path, ...inner], prefix: '' };
		if (unknown.length === 0) {
			const place = at(issue.path);
			return [{ path: place.path, message: `${place.prefix}${issue.message}` }];
		}
		return unknown.map((key) => {
			const place = at([...issue.path, key]);
			return { path: place.path, message: `${place.prefix}is no setting of the add-on vpc-cni` };
		});
	});
}

/** What is promised has to follow from what is configured; what a cluster then really has is read from it. */
function checkProvides(config: EksConfig, provides: readonly Capability[]): Problem[] {
	const { env, enableNetworkPolicy = 'false' } = vpcCniValuesOf(config);
	const mode = env.NETWORK_POLICY_ENFORCING_MODE ?? 'standard';
	const groups = env.POD_SECURITY_GROUP_ENFORCING_MODE ?? 'strict';
	const trunking = config.managedNodeGroups.flatMap(instanceTypesOf).filter((type) => !canTrunk(type));
	const unmet: Partial<Record<Capability, string | false>> = {
		'vpc-cni-network-policy': enableNetworkPolicy !== 'true' && 'enableNetworkPolicy is not "true"',
		'standard-enforcing-mode': mode !== 'standard' && `NETWORK_POLICY_ENFORCING_MODE is ${mode}`,
		'strict-enforcing-mode': mode !== 'strict' && `NETWORK_POLICY_ENFORCING_MODE is ${mode}`,
		'security-groups-for-pods':
			env.ENABLE_POD_ENI !== 'true'
				? 'ENABLE_POD_ENI is not "true"'
				: trunking.length > 0 && `${trunking.join(', ')} can't carry trunk interfaces`,
		'pod-security-group-standard-mode': groups !== 'standard' && `POD_SECURITY_GROUP_ENFORCING_MODE is ${groups}`,
		'pod-security-group-strict-mode': groups !== 'strict' && `POD_SECURITY_GROUP_ENFORCING_MODE is ${groups}`,
		'imds-hop-limit':
			config.managedNodeGroups.some(({ disablePodIMDS }) => disablePodIMDS !== true) &&
			'disablePodIMDS is not true for all node groups',
	};
	return provides.flatMap((capability) => {
		const why = unmet[capability];
		return why ? [{ path: [], message: `it provides ${capability}, but ${why}` }] : [];
	});
}
