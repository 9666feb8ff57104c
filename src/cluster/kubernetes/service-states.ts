import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { portKey, type ServiceState } from '../../model/cluster.ts';
import type { Protocol } from '../../model/address.ts';
import { addressesOf } from './cluster-nodes.ts';

export interface ServiceObject extends KubeObject {
	spec: {
		clusterIP?: string;
		clusterIPs?: string[];
		ports?: { port: number; protocol?: string; nodePort?: number }[];
	};
}

export interface EndpointSliceObject extends KubeObject {
	endpoints?: { conditions?: { ready?: boolean }; targetRef?: { kind?: string; name?: string; uid?: string } }[];
}

export const endpointSlices = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' } as const;
export const serviceNameLabel = 'kubernetes.io/service-name';

/** A Service as the cluster has stored it, without its backends. */
export function serviceState(name: string, { spec }: ServiceObject): ServiceState {
	const headless = spec.clusterIP === 'None';
	const ports = (spec.ports ?? []).flatMap(({ port, protocol = 'TCP', nodePort }) =>
		nodePort === undefined ? [] : [[portKey(port, protocol.toLowerCase() as Protocol), nodePort] as const],
	);
	return {
		name,
		addresses: headless ? {} : addressesOf(spec.clusterIPs ?? []),
		nodePorts: Object.fromEntries(ports),
		backends: [],
	};
}

/** UIDs of the pods that are behind a Service now. */
export function backendsOf(service: string, slices: readonly EndpointSliceObject[]): Set<string> {
	const own = slices.filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === service);
	return new Set(
		own
			.flatMap(({ endpoints }) => endpoints ?? [])
			// Absent means ready (https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/).
			.flatMap(({ conditions, targetRef }) => (conditions?.ready === false ? [] : (targetRef?.uid ?? []))),
	);
}

/** UIDs of pods: those that must be behind a Service, and those that may be (their readiness is theirs to decide). */
export interface ExpectedBackends {
	must: ReadonlySet<string>;
	may: ReadonlySet<string>;
}

/**
 * Waits until a namespace's EndpointSlices hold what they should for each Service, and nothing else. When the bound passes they are taken as they are: the attempts will show it.
 */
export async function awaitBackends(
	client: KubeClient,
	namespace: string,
	expected: ReadonlyMap<string, ExpectedBackends>,
	bound: number,
	signal: AbortSignal | undefined,
): Promise<Map<string, Set<string>>> {
	const read = (slices: EndpointSliceObject[]) =>
		new Map([...expected.keys()].map((service) => [service, backendsOf(service, slices)]));
	return client.waitFor<EndpointSliceObject, Map<string, Set<string>>>({
		resource: endpointSlices,
		selection: { namespace },
		examine: (slices) => {
			const now = read(slices);
			return [...expected].every(([service, wanted]) => fits(now.get(service) ?? new Set(), wanted)) ? now : undefined;
		},
		missing: () => 'endpoints',
		otherwise: read,
		...{ bound, signal },
	});
}

function fits(actual: ReadonlySet<string>, { must, may }: ExpectedBackends): boolean {
	return [...must].every((uid) => actual.has(uid)) && [...actual].every((uid) => must.has(uid) || may.has(uid));
}
