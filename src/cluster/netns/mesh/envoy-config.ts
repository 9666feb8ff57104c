import { meshRootNamespace } from '../../../model/policy.ts';
import { type IpFamily, ipFamilies } from '../../../model/address.ts';
import { clusterOfService, staticClusters } from './clusters.ts';
import { clientTls, type DestinationRule } from './destination-rule.ts';
import { type InboundRules, inboundListener } from './inbound-listener.ts';
import type { Json } from './json.ts';
import type { MeshPod } from './mesh-view.ts';
import { type Outbound, outboundListener } from './outbound-listener.ts';

/** Names of the files in a sidecar's folder that Envoy watches. */
export const watched = { listeners: 'listeners.json', clusters: 'clusters.json' } as const;

/** Where Envoy answers questions about itself: a socket in the sidecar's folder. */
export const adminSocket = 'admin';

/** What Envoy is started with; everything that changes is in files that it watches. */
export function bootstrap(folder: string, pod: { name: string; namespace: string }): Json {
	const source = (file: string) => ({
		path_config_source: { path: `${folder}/${file}` },
		resource_api_version: 'V3',
	});
	return {
		node: { id: `sidecar~${pod.name}.${pod.namespace}`, cluster: pod.namespace },
		// Only what admin.ts asks for: of some thousand numbers nobody reads the others, and each question goes through all.
		stats_config: {
			stats_matcher: {
				inclusion_list: { patterns: ['listener_manager.', 'cluster_manager.', 'sds.'].map((prefix) => ({ prefix })) },
			},
		},
		admin: { address: { pipe: { path: `${folder}/${adminSocket}` } } },
		dynamic_resources: { lds_config: source(watched.listeners), cds_config: source(watched.clusters) },
		static_resources: { clusters: staticClusters(folder) },
	};
}

/** What Envoy watches, as resources without a version. */
export interface SidecarConfig {
	listeners: Json[];
	clusters: Json[];
}

/** What the sidecar of `pod` does at one moment of the mesh. */
export function sidecarConfig(
	folder: string,
	pod: MeshPod,
	inbound: InboundRules,
	outbound: Outbound & { destinationRules: readonly DestinationRule[] },
): SidecarConfig {
	const families = ipFamilies.filter((family) => pod.addresses[family] !== undefined);
	const clusters = (family: IpFamily) =>
		outbound.services
			.filter(({ addresses }) => addresses[family] !== undefined)
			.map((service) => {
				const tls = clientTls(pod.namespace, service, outbound.destinationRules, meshRootNamespace);
				return clusterOfService(folder, service, family, tls);
			});
	return {
		listeners: families.flatMap((family) => [
			inboundListener(folder, pod, family, inbound),
			outboundListener(outbound, family),
		]),
		clusters: families.flatMap(clusters),
	};
}

/** A watched file: resources with the version that Envoy repeats when it has taken them. */
export function listenersFile(listeners: readonly Json[], version: string): Json {
	const type = 'type.googleapis.com/envoy.config.listener.v3.Listener';
	return { version_info: version, resources: listeners.map((one) => ({ '@type': type, ...one })) };
}

export function clustersFile(clusters: readonly Json[], version: string): Json {
	const type = 'type.googleapis.com/envoy.config.cluster.v3.Cluster';
	return { version_info: version, resources: clusters.map((one) => ({ '@type': type, ...one })) };
}
