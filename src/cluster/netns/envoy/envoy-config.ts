import type { Json } from './json.ts';

/** Names of the files in its folder that Envoy watches. */
export const watched = { listeners: 'listeners.json', clusters: 'clusters.json' } as const;

/** Where Envoy answers questions about itself: a socket in its folder. */
export const adminSocket = 'admin';

/** What Envoy is started with; everything that changes is in files that it watches. `clusters`: those that never change. */
export function bootstrap(folder: string, pod: { name: string; namespace: string }, clusters: readonly Json[]): Json {
	const source = (file: string) => ({
		path_config_source: { path: `${folder}/${file}` },
		resource_api_version: 'V3',
	});
	return {
		node: { id: `proxy~${pod.name}.${pod.namespace}`, cluster: pod.namespace },
		// Only what admin.ts asks for: of some thousand numbers nobody reads the others, and each question goes through all.
		stats_config: {
			stats_matcher: {
				inclusion_list: { patterns: ['listener_manager.', 'cluster_manager.', 'sds.'].map((prefix) => ({ prefix })) },
			},
		},
		admin: { address: { pipe: { path: `${folder}/${adminSocket}` } } },
		dynamic_resources: { lds_config: source(watched.listeners), cds_config: source(watched.clusters) },
		static_resources: { clusters },
	};
}

/** What Envoy watches, as resources without a version. */
export interface EnvoyConfig {
	listeners: Json[];
	clusters: Json[];
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
