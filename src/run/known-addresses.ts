import type { ClusterFacts, Deployment } from '../model/cluster.ts';
import { type Reference, substituteReferences } from '../model/reference.ts';
import { rangesByFirstAddress } from './first-address.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';

/** Replaces the `$(...)` of a value by what the deployment has given out. Rejects what has no address here. */
export function withAddresses<T>(value: T, deployment: Deployment, facts: ClusterFacts): T {
	const result = substituteReferences(value, (reference) => lookUp(reference, deployment, facts));
	if (result.missing.length > 0) {
		throw new GatecrashError(
			'GC_CLUSTER',
			`${[...new Set(result.missing)].join(', ')}: this cluster gave out no such address`,
			{
				hint: 'restrict the scenario with ipFamilies, or choose a cluster that has this address family',
			},
		);
	}
	return rangesByFirstAddress(value, result.value);
}

function lookUp(reference: Reference, deployment: Deployment, facts: ClusterFacts): string | undefined {
	const endpoint = (kind: 'pod' | 'node' | 'external', name: string) =>
		deployment.endpoints().find((candidate) => candidate.kind === kind && candidate.name === name);
	switch (reference.kind) {
		case 'pods':
			return endpoint('pod', reference.name)?.addresses[reference.field];
		case 'external':
			return endpoint('external', reference.name)?.addresses[reference.field];
		case 'nodes': {
			const node = reference.of ? endpoint('pod', reference.name)?.node : reference.name;
			return node === undefined ? undefined : endpoint('node', node)?.addresses[reference.field];
		}
		case 'services':
			return deployment.services().find((service) => service.name === reference.name)?.addresses[reference.field];
		case 'cluster':
			return facts.ranges[reference.field];
		case 'zone':
		case 'securityGroups':
		case 'token':
			return undefined;
	}
}
