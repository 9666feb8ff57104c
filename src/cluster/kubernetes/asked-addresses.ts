import type { IpFamily } from '../../model/address.ts';
import type { Endpoint } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { findReferences, substituteReferences } from '../../model/reference.ts';
import type { PodSpec } from '../../model/scenario.ts';

/** The address of a pod that was made before. */
export type AddressOf = (pod: string, family: IpFamily) => string | undefined;

/**
 * A pod with the addresses of others in its annotations, which some engines give it (Calico: cni.projectcalico.org/ipAddrs).
 * @throws GatecrashError GC_CLUSTER
 */
export function withAskedAddresses(name: string, spec: PodSpec, addressOf: AddressOf): PodSpec {
	const { value: annotations, missing } = substituteReferences(spec.annotations, (reference) =>
		reference.kind === 'pods' ? addressOf(reference.name, reference.field) : undefined,
	);
	if (missing.length === 0) return { ...spec, annotations };
	throw new GatecrashError(
		'GC_CLUSTER',
		`The annotations of the pod ${name} name ${missing.join(', ')}, which is not known.`,
		{
			hint: 'Make that pod in an earlier phase, and restrict the scenario with ipFamilies to what the cluster has.',
		},
	);
}

/**
 * An engine that ignores the annotation would make whatever follows look right. `declared`: as the scenario has it.
 * @throws GatecrashError GC_CLUSTER
 */
export function checkAskedAddresses(declared: PodSpec, { name, addresses }: Endpoint, addressOf: AddressOf): void {
	const asked = Object.values(declared.annotations)
		.flatMap(findReferences)
		.flatMap(({ reference }) => (reference?.kind === 'pods' ? (addressOf(reference.name, reference.field) ?? []) : []));
	const missing = asked.filter((address) => !Object.values(addresses).includes(address));
	if (missing.length === 0) return;
	throw new GatecrashError(
		'GC_CLUSTER',
		`The pod ${name} did not get the address ${missing.join(', ')} that its annotations ask for.`,
		{ hint: 'Which annotation fixes an address depends on the network plugin; Calico: cni.projectcalico.org/ipAddrs.' },
	);
}
