import type { Cluster } from '../model/cluster.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { ClusterDefinition } from './cluster-definition.ts';
import { createEmbeddedCluster } from './netns/embedded-cluster.ts';
import type { OpenClusterOptions } from './open-cluster-options.ts';
import { readDefinition } from './read-definition.ts';

export type { OpenClusterOptions } from './open-cluster-options.ts';

/**
 * A cluster by the name of a definition under clusters/, or by a definition file. Nothing is stood up before `up`.
 * @throws GatecrashError GC_USAGE for an unknown name, a bad file, or a bug that can't be injected, GC_CLUSTER when the definition promises what
 * the driver can't give.
 */
export async function openCluster(nameOrFile: string, options: OpenClusterOptions = {}): Promise<Cluster> {
	const { definition, file } = await readDefinition(nameOrFile);
	if (options.inject?.length && definition.spec.driver !== 'netns') {
		throw new GatecrashError('GC_USAGE', `Bugs can't be injected into ${nameOrFile}: its engine is a real one.`, {
			hint: 'leave --inject away, or use --cluster embedded',
		});
	}
	switch (definition.spec.driver) {
		case 'netns':
			return openEmbedded(definition, file, options);
		case 'kind':
			// Loaded only where it is used: the embedded cluster needs nothing of it.
			return (await import('./kind/kind-cluster.ts')).createKindCluster(definition, options);
		case 'existing':
			return (await import('./existing/existing-cluster.ts')).createExistingCluster(definition, options);
		case 'eks':
			return (await import('./eks/eks-cluster.ts')).createEksCluster(definition, options);
	}
}

function openEmbedded({ metadata, spec }: ClusterDefinition, file: string, options: OpenClusterOptions): Cluster {
	const cluster = createEmbeddedCluster({ ...options, name: metadata.name, ipFamily: spec.ipFamily });
	if (spec.nodes !== 1) throw new GatecrashError('GC_CLUSTER', `${file}: the embedded cluster has one node.`);
	// A kernel without IPv6 is no reason to refuse: what a scenario then lacks is said where it is skipped.
	const missing = spec.provides.filter((capability) => capability !== 'ipv6' && !cluster.capabilities.has(capability));
	if (missing.length > 0) {
		throw new GatecrashError('GC_CLUSTER', `${file}: the embedded cluster has no ${missing.join(', ')}.`);
	}
	return cluster;
}
