import type { KubeObject } from '../../kube/kube-object.ts';
import type { PodSpec, ServicePort, ServiceSpec } from '../../model/scenario.ts';
import { portName } from './container-ports.ts';
import { ownedBy, type Ownership } from './ownership.ts';

/** `pods`: every pod of the scenario, to see which of them are behind the Service. */
export function serviceManifest(
	name: string,
	namespace: string,
	spec: ServiceSpec,
	pods: readonly PodSpec[],
	ownership: Ownership,
): KubeObject {
	const onNode = pods.filter((pod) => pod.hostNetwork && isSelected(spec, pod));
	return {
		apiVersion: 'v1',
		kind: 'Service',
		metadata: { name, namespace, ...ownedBy(ownership) },
		...{
			spec: {
				type: spec.type,
				...(spec.headless && { clusterIP: 'None' }),
				...(Object.keys(spec.selector).length > 0 && { selector: spec.selector }),
				...(spec.type !== 'ClusterIP' && { externalTrafficPolicy: spec.externalTrafficPolicy }),
				ipFamilyPolicy: 'PreferDualStack',
				ports: spec.ports.map((port) =>
					servicePort(
						port,
						pods.filter((pod) => isSelected(spec, pod)),
						onNode,
					),
				),
			},
		},
	};
}

function servicePort(port: ServicePort, selected: readonly PodSpec[], onNode: readonly PodSpec[]) {
	return {
		port: port.port,
		targetPort: targetPort(port, onNode),
		protocol: port.protocol.toUpperCase(),
		// Several ports of one Service need names; a mesh reads the protocol from their beginning.
		name: port.name ?? `${isHttp(port, selected) ? 'http' : port.protocol}-${port.port}`,
		...(port.nodePort !== undefined && { nodePort: port.nodePort }),
	};
}

function isHttp({ targetPort: wanted, protocol }: ServicePort, selected: readonly PodSpec[]): boolean {
	const behind = selected.flatMap(({ listen }) => listen).filter((one) => one.protocol === protocol);
	return behind.some(({ port, name, speaks }) => (port === wanted || name === wanted) && speaks === 'http');
}

/** A number that is another one in a node's network is meant by its name, which each pod resolves for itself. */
function targetPort({ targetPort: wanted, protocol }: ServicePort, onNode: readonly PodSpec[]): number | string {
	if (typeof wanted === 'string') return wanted;
	const listen = onNode.flatMap((pod) => pod.listen).find((one) => one.port === wanted && one.protocol === protocol);
	return listen ? (listen.name ?? portName(wanted, protocol)) : wanted;
}

export function isSelected(service: Pick<ServiceSpec, 'namespace' | 'selector'>, pod: PodSpec): boolean {
	const wanted = Object.entries(service.selector);
	if (wanted.length === 0 || pod.namespace !== service.namespace) return false;
	return wanted.every(([key, value]) => pod.labels[key] === value);
}
