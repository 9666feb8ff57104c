import { stringify } from 'yaml';
import type { KnownNetwork } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ClusterDefinition } from '../cluster-definition.ts';

/** kind removes the control plane's taint by itself where there is one node only, and fails where it is not. */
const noTaints = 'kind: InitConfiguration\nnodeRegistration:\n  taints: []\n';

interface KindConfig {
	networking?: Record<string, unknown>;
	nodes?: Record<string, unknown>[];
	[key: string]: unknown;
}

const defaultRanges = {
	ipv4: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/16' },
	ipv6: { podSubnet: 'fd00:10:244::/56', serviceSubnet: 'fd00:10:96::/112' },
	dual: { podSubnet: '10.244.0.0/16,fd00:10:244::/56', serviceSubnet: '10.96.0.0/16,fd00:10:96::/112' },
};

/**
 * kind's own configuration file for a definition: what the definition says, and under it what follows from its nodes
 * and families. `config.nodes` describes each node, or is left out.
 * @throws GatecrashError GC_USAGE when the two disagree.
 */
export function kindConfig({ metadata, spec }: ClusterDefinition): string {
	const config = spec.config as KindConfig;
	const nodes = config.nodes ?? [{ role: 'control-plane' }, ...Array.from({ length: spec.nodes - 1 }, worker)];
	if (nodes.length !== spec.nodes) {
		throw new GatecrashError(
			'GC_USAGE',
			`${metadata.name}: nodes is ${spec.nodes}, but config.nodes has ${nodes.length}.`,
		);
	}
	const family = config.networking?.ipFamily;
	if (family !== undefined && family !== spec.ipFamily) {
		throw new GatecrashError(
			'GC_USAGE',
			`${metadata.name}: ipFamily is ${spec.ipFamily}, but config says ${JSON.stringify(family)}.`,
		);
	}
	return stringify({
		kind: 'Cluster',
		apiVersion: 'kind.x-k8s.io/v1alpha4',
		...config,
		networking: { ipFamily: spec.ipFamily, ...defaultRanges[spec.ipFamily], ...config.networking },
		nodes: nodes.map((node) =>
			node.role === 'control-plane' && nodes.length > 1
				? { ...node, kubeadmConfigPatches: [noTaints, ...((node.kubeadmConfigPatches as string[] | undefined) ?? [])] }
				: node,
		),
	});
}

/** The ranges of a definition, by family. */
export function rangesOf({ spec }: ClusterDefinition): Record<'podSubnet' | 'serviceSubnet', string[]> {
	const networking = { ...defaultRanges[spec.ipFamily], ...(spec.config as KindConfig).networking };
	return {
		podSubnet: String(networking.podSubnet).split(','),
		serviceSubnet: String(networking.serviceSubnet).split(','),
	};
}

/** What follows from a definition before the cluster is up. Pods run on every node: the control plane has no taint. */
export function knownNetwork(definition: ClusterDefinition): KnownNetwork {
	const { podSubnet, serviceSubnet } = rangesOf(definition);
	const entries = Object.entries({ podCIDR: podSubnet, serviceCIDR: serviceSubnet }).flatMap(([name, cidrs]) =>
		cidrs.map((cidr) => [`${name}${cidr.includes(':') ? 'v6' : 'v4'}`, cidr.trim()]),
	);
	return { nodes: definition.spec.nodes, ranges: Object.fromEntries(entries) };
}

function worker() {
	return { role: 'worker' };
}
