import type { ClusterFacts } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { seenInVpcCni, vpcCniCapabilities } from '../kubernetes/vpc-cni-capabilities.ts';
import type { ClusterDefinition } from '../cluster-definition.ts';

/** @throws GatecrashError GC_CLUSTER when the cluster has not what its definition says that it provides. */
export function checkPromises({ metadata, spec }: ClusterDefinition, facts: ClusterFacts): void {
	const found = vpcCniCapabilities(facts.vpcCni);
	const broken = spec.provides.filter((capability) => {
		if (seenInVpcCni.includes(capability)) return !found.includes(capability);
		switch (capability) {
			case 'network-policy':
				return facts.enforcers.length === 0;
			case 'calico':
			case 'cilium':
				return !facts.enforcers.some((name) => name.toLowerCase().startsWith(capability));
			case 'istio':
				return !(facts.network?.mesh ?? []).some((name) => name.toLowerCase().startsWith('istio'));
			case 'cross-node':
				return facts.nodes < 2;
			default:
				return false;
		}
	});
	if (broken.length === 0) return;
	throw new GatecrashError(
		'GC_CLUSTER',
		`${metadata.name} says that it provides ${broken.join(', ')}, which was not found.`,
		{
			hint: `Found: ${facts.nodes} nodes; enforcers: ${facts.enforcers.join(', ') || 'none'}; meshes: ${facts.network?.mesh.join(', ') || 'none'}${found.length > 0 ? `; of the VPC CNI plugin: ${found.join(', ')}` : ''}.`,
		},
	);
}
