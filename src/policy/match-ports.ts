import type { Protocol } from '../model/address.ts';
import type { PortSpec } from './network-policy.ts';
import type { PodFacts } from './world.ts';

/**
 * Whether a rule's ports hold a destination port. Both for ingress and for egress it is the port of the destination;
 * a name is looked up among the container ports of the destination pod, never on the source, and names nothing where
 * the destination is no pod. API reference, NetworkPolicyPort: "numerical or named port on a pod". endPort: KEP-2079.
 */
export function holdsPort(
	ports: readonly PortSpec[] | undefined,
	port: number,
	protocol: Protocol,
	destination: Pick<PodFacts, 'namedPorts'> | undefined,
): boolean {
	return ports === undefined || ports.some((spec) => holds(spec, port, protocol, destination));
}

function holds(
	spec: PortSpec,
	port: number,
	protocol: Protocol,
	destination: Pick<PodFacts, 'namedPorts'> | undefined,
): boolean {
	// API reference: "If not specified, this field defaults to TCP."
	if ((spec.protocol ?? 'TCP').toLowerCase() !== protocol) return false;
	if (spec.port === undefined) return true;
	if (typeof spec.port === 'number') return port >= spec.port && port <= (spec.endPort ?? spec.port);
	return (destination?.namedPorts ?? []).some(
		(named) => named.name === spec.port && named.port === port && named.protocol === protocol,
	);
}
