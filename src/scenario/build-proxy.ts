import { throughProxies } from '../model/landing.ts';
import type { ListenSpec, PodSpec, ProxySpec } from '../model/scenario.ts';
import type { PodInput, ServiceInput } from './schema.ts';
import type { ProxyInput } from './schema-proxy.ts';
import { expandListen, parseTarget } from './short-forms.ts';

/** `pod`: whose it is; a bare port is one of its own. */
export function buildProxy(pod: string, { certificate = {}, listeners }: ProxyInput): ProxySpec {
	return {
		certificate: { names: certificate.names ?? [], is: certificate.is ?? 'valid' },
		reloads: certificate.reloads ?? true,
		listeners: listeners.map(({ port, to, downstreamTls, upstreamTls }) => ({
			port,
			to: typeof to === 'number' ? { kind: 'pod', name: pod, port: to } : placeOf(to),
			downstreamTls: downstreamTls && {
				requireClientCertificate: downstreamTls.requireClientCertificate ?? false,
				subjectAltNames: downstreamTls.subjectAltNames ?? [],
			},
			upstreamTls: upstreamTls && {
				verifies: upstreamTls.verifies ?? 'authority',
				subjectAltNames: upstreamTls.subjectAltNames ?? [],
				clientCertificate: upstreamTls.clientCertificate ?? false,
			},
		})),
	};
}

/** `svc/NAME:PORT` or `POD:PORT`. */
function placeOf(text: string): ProxySpec['listeners'][number]['to'] {
	const { kind, name, port } = parseTarget(text);
	return { kind: kind === 'service' ? 'service' : 'pod', name, port: Number(port) };
}

/** As much of a file as says where proxies pass connections on to. */
export function proxiedWorld(spec: {
	pods: Record<string, PodInput>;
	services?: Record<string, ServiceInput> | undefined;
}) {
	const pods = Object.entries(spec.pods).map(([name, { namespace, labels = {}, listen = [], proxy }]) => {
		const built: Pick<PodSpec, 'namespace' | 'labels' | 'listen' | 'proxy'> = {
			...{ namespace, labels, listen: listen.map(expandListen) },
			proxy: proxy && buildProxy(name, proxy),
		};
		return [name, built] as const;
	});
	const services = Object.entries(spec.services ?? {}).map(([name, { namespace, selector, ports }]) => {
		const built = ports.map((one) => ({
			...{ port: one.port, targetPort: one.targetPort ?? one.port, protocol: one.protocol ?? ('tcp' as const) },
			...{ name: one.name, nodePort: one.nodePort },
		}));
		return [name, { namespace, selector, ports: built }] as const;
	});
	return { pods: Object.fromEntries(pods), services: Object.fromEntries(services) };
}

/** What a pod listens on, itself or by its proxy: that speaks what is spoken where it leads to. */
export function portsOf(spec: Parameters<typeof proxiedWorld>[0], name: string): ListenSpec[] {
	const pod = spec.pods[name];
	const own = (pod?.listen ?? []).map(expandListen);
	if (pod?.proxy === undefined) return own;
	const world = proxiedWorld(spec);
	const proxied = pod.proxy.listeners.map(({ port }): ListenSpec => {
		const { speaks = 'tcp', first } = throughProxies(world, { kind: 'pod', name, port }) ?? {};
		return { port, protocol: 'tcp', name: undefined, speaks, ...(first && { first }) };
	});
	return [...own, ...proxied];
}
