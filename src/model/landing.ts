import type { ListenSpec, PodSpec, ProxyListener, ServiceSpec } from './scenario.ts';

/** Where tokens arrive: the port is the one on which the pod itself, or each pod behind the Service, listens. */
export interface Landing {
	kind: 'pod' | 'service';
	name: string;
	port: number;
}

interface Proxied {
	pods: Readonly<Record<string, Pick<PodSpec, 'namespace' | 'labels' | 'listen' | 'proxy'>>>;
	services: Readonly<Record<string, Pick<ServiceSpec, 'namespace' | 'selector' | 'ports'>>>;
}

/** More proxies than anybody puts in a row; that many mean that they go round in a circle. */
const mostHops = 8;

/**
 * Where what is sent to a TCP port of a pod or Service arrives in the end, when a proxy listens there. Undefined: none does.
 * `circle`: the proxies never pass it to anybody else.
 */
export function landingOf(world: Proxied, at: Landing): Landing | 'circle' | undefined {
	return listenerAt(world, at) ? follow(world, at, 0) : undefined;
}

/** Where a TCP port leads through proxies, and what is spoken there; undefined: no proxy listens on it. */
export function throughProxies(
	world: Proxied,
	at: Landing,
): ({ lands: Landing } & Pick<ListenSpec, 'speaks' | 'first'>) | undefined {
	const lands = landingOf(world, at);
	if (lands === undefined || lands === 'circle') return undefined;
	const { speaks = 'tcp', first } = listenAt(world, lands) ?? {};
	return { lands, speaks, ...(first && { first }) };
}

/** The listener of the agent at a landing. */
function listenAt(world: Proxied, { kind, name, port }: Landing): ListenSpec | undefined {
	const pods = kind === 'pod' ? [world.pods[name]] : behind(world, name).map((pod) => world.pods[pod]);
	return pods.flatMap((pod) => pod?.listen ?? []).find((one) => one.protocol === 'tcp' && one.port === port);
}

function follow(world: Proxied, at: Landing, hops: number): Landing | 'circle' {
	if (hops >= mostHops) return 'circle';
	const found = listenerAt(world, at);
	if (!found) return at.kind === 'pod' ? at : { ...at, port: targetPort(world, at) ?? at.port };
	const { pod, listener } = found;
	const { to } = listener;
	// Each pod behind the Service passes it on to itself.
	if (at.kind === 'service' && to.kind === 'pod' && to.name === pod) return { ...at, port: to.port };
	return follow(world, to, hops + 1);
}

function listenerAt(world: Proxied, at: Landing): { pod: string; listener: ProxyListener } | undefined {
	const port = at.kind === 'pod' ? at.port : targetPort(world, at);
	for (const pod of at.kind === 'pod' ? [at.name] : behind(world, at.name)) {
		const listener = world.pods[pod]?.proxy?.listeners.find((one) => one.port === port);
		if (listener) return { pod, listener };
	}
	return undefined;
}

function targetPort(world: Proxied, { name, port }: Landing): number | undefined {
	const wanted = world.services[name]?.ports.find((one) => one.protocol === 'tcp' && one.port === port)?.targetPort;
	if (typeof wanted === 'number') return wanted;
	return behind(world, name)
		.flatMap((pod) => world.pods[pod]?.listen ?? [])
		.find((one) => one.protocol === 'tcp' && one.name === wanted)?.port;
}

function behind(world: Proxied, service: string): string[] {
	const { namespace, selector = {} } = world.services[service] ?? {};
	return Object.entries(world.pods).flatMap(([name, pod]) =>
		pod.namespace === namespace && Object.entries(selector).every(([key, value]) => pod.labels[key] === value)
			? [name]
			: [],
	);
}
