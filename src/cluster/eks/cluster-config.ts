import { stringify } from 'yaml';
import type { ClusterDefinition } from '../cluster-definition.ts';
import { readEksConfig } from './eks-config.ts';

export interface ClusterIdentity {
	name: string;
	region: string;
	/** On everything that eksctl makes. */
	tags: Record<string, string>;
}

/** eksctl's own configuration file for a definition (https://eksctl.io/usage/schema/). */
export function clusterConfig({ spec }: ClusterDefinition, { name, region, tags }: ClusterIdentity): string {
	const { metadata, addons, ...rest } = readEksConfig(spec.config);
	return stringify({
		...rest,
		apiVersion: 'eksctl.io/v1alpha5',
		kind: 'ClusterConfig',
		// Ours come last: a definition can't make a cluster look like somebody else's.
		metadata: { ...metadata, name, region, tags: { ...metadata.tags, ...tags } },
		addons: addons.map(({ configurationValues, ...one }) => ({
			...one,
			...(configurationValues !== undefined && {
				configurationValues:
					typeof configurationValues === 'string' ? configurationValues : JSON.stringify(configurationValues),
			}),
		})),
	});
}
