import type { World } from '../policy/world.ts';
import { flowText } from './flow-text.ts';
import type { FurtherWorld } from './further-world.ts';
import { listenText, type Remedy } from './remedy.ts';
import type { Found } from './search.ts';

/** What has to be declared for one end of a path that nobody declared; nothing for the others. */
export function declarationOf(
	end: { kind: string; name: string },
	{ world, pods, namespaces, external }: FurtherWorld,
	{ attempt }: Found,
): Remedy['declare'] {
	const { to, port, protocol } = attempt.connection;
	const listens = end.kind === to.kind && end.name === to.name;
	if (end.kind === 'external' && external.has(end.name)) {
		const { ipv4, ipv6 } = world.external[end.name]?.addresses ?? {};
		const addresses = { ...(ipv4 && { ipv4: ipv4.exact }), ...(ipv6 && { ipv6: ipv6.exact }) };
		const listen = { listen: listens ? [listenText(port, protocol)] : [] };
		const value = { ...listen, ...(Object.keys(addresses).length > 0 && { addresses }) };
		return [{ key: `external.${end.name}`, value: flowText(value) }];
	}
	const pod = end.kind === 'pod' && pods.has(end.name) ? world.pods[end.name] : undefined;
	if (!pod) return [];
	const named = pod.namedPorts.find((one) => one.port === port && one.protocol === protocol);
	const listener = named ? { port, protocol, name: named.name } : listenText(port, protocol);
	const value = {
		namespace: pod.namespace,
		...(Object.keys(pod.labels).length > 0 && { labels: pod.labels }),
		...(listens && { listen: [listener] }),
	};
	return [...namespaceOf(pod.namespace, world, namespaces), { key: `pods.${end.name}`, value: flowText(value) }];
}

function namespaceOf(name: string, world: World, further: ReadonlySet<string>): Remedy['declare'] {
	if (!further.has(name)) return [];
	const labels = world.namespaces[name]?.labels ?? {};
	return [{ key: `namespaces.${name}`, value: flowText(Object.keys(labels).length > 0 ? { labels } : {}) }];
}
