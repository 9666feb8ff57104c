import type { Protocol } from '../model/address.ts';
import type { Capability } from '../model/capability.ts';
import type { AttemptSpec, Scenario, TargetRef } from '../model/scenario.ts';

const targetNeeds: Partial<Record<TargetRef['kind'], Capability>> = {
	apiserver: 'apiserver',
	metadata: 'metadata',
	clusterDns: 'cluster-dns',
	kubelet: 'kubelet-probes',
	nodePort: 'node-port',
	loadBalancer: 'load-balancer',
	external: 'external',
};

/** Why one cell cannot be attempted here, or undefined. */
export function whySkipped(
	attempt: AttemptSpec,
	to: TargetRef,
	protocol: Protocol,
	capabilities: ReadonlySet<Capability>,
	scenario: Scenario,
): string | undefined {
	if (attempt.kind === 'tls' && attempt.options.certificate !== 'none' && !capabilities.has('mesh-certificates')) {
		return 'needs mesh-certificates, which this cluster does not have';
	}
	if (protocol === 'sctp' && !capabilities.has('sctp'))
		return 'needs sctp, which this cluster or its probes do not have';
	const needed = targetNeeds[to.kind];
	if (needed && !capabilities.has(needed)) return `needs ${needed}, which this cluster does not have`;
	if (to.kind === 'service' && to.backend === undefined && scenario.services[to.name]?.headless === true) {
		return 'a headless Service has no address of its own, and no pod is behind it that could be dialled in its place';
	}
	if (to.kind === 'apiserver' || to.kind === 'kubelet') {
		return `attempts towards the ${to.kind} are not carried out by this version`;
	}
	return undefined;
}
