import { parse } from 'yaml';
import type { KubernetesObject } from '../../../src/model/policy.ts';
import type { CertificateChoice } from '../../../src/model/scenario.ts';
import type { Attempted, Connection, PodFacts, World } from '../../../src/policy/world.ts';
import { connection, pod } from '../small-world.ts';

const kinds = {
	PA: ['security.istio.io/v1', 'PeerAuthentication'],
	AP: ['security.istio.io/v1', 'AuthorizationPolicy'],
	DR: ['networking.istio.io/v1', 'DestinationRule'],
	SC: ['networking.istio.io/v1', 'Sidecar'],
	NP: ['networking.k8s.io/v1', 'NetworkPolicy'],
} as const;

/** `PA shop/default mtls: {mode: STRICT}`: kind, namespace and name, and the YAML of the spec's keys. */
export function object(text: string): KubernetesObject {
	const [, short = '', namespace = '', name = '', spec = ''] = /^(\w\w) ([^/]+)\/(\S+) ?(.*)$/s.exec(text) ?? [];
	const [apiVersion, kind] = kinds[short as keyof typeof kinds];
	return { apiVersion, kind, metadata: { name, namespace }, spec: parse(`{${spec}}`) as unknown };
}

const sidecar: Partial<PodFacts> = {
	mesh: 'sidecar',
	namedPorts: [{ name: 'http', port: 8080, protocol: 'tcp' }],
};
const excluding = (value: string) => ({ 'traffic.sidecar.istio.io/excludeInboundPorts': value });

/** `shop` and `ops` are in the mesh, `legacy` is not; Services of `shop` have port 80 where their pods have 8080. */
export function meshWorld(): World {
	return {
		namespaces: { shop: { labels: {} }, ops: { labels: {} }, legacy: { labels: {} }, 'istio-system': { labels: {} } },
		pods: {
			web: pod('shop', { app: 'web', tier: 'front' }, { ...sidecar, serviceAccount: 'web' }),
			api: pod('shop', { app: 'api' }, { ...sidecar, serviceAccount: 'api' }),
			holed: pod('shop', { app: 'holed' }, { ...sidecar, annotations: excluding('9090, 9091') }),
			narrow: pod(
				'shop',
				{ app: 'narrow' },
				{ ...sidecar, annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '8080' } },
			),
			host: pod('shop', { app: 'host' }, { ...sidecar, hostNetwork: true }),
			bare: pod('shop', { app: 'bare' }, { ...sidecar, mesh: 'none' }),
			client: pod('ops', { app: 'client' }, { mesh: 'sidecar', serviceAccount: 'buyer' }),
			bypassing: pod(
				'ops',
				{ app: 'bypassing' },
				{ mesh: 'sidecar', annotations: { 'traffic.sidecar.istio.io/excludeOutboundPorts': '80' } },
			),
			naked: pod('legacy', { app: 'naked' }),
		},
		nodes: { a: { addresses: {} } },
		external: { internet: { addresses: {} } },
		services: {
			web: service('web', 'http'),
			api: service('api', 8080),
			bare: service('bare', 8080),
			holed: {
				...service('holed', 8080),
				ports: [...service('holed', 8080).ports, { port: 90, targetPort: 9090, protocol: 'tcp' }],
			},
		},
		ranges: {},
	};
}

function service(app: string, targetPort: number | string): World['services'][string] {
	const ports = [{ port: 80, targetPort, protocol: 'tcp' }] as const;
	return { namespace: 'shop', selector: { app }, ports, headless: false, addresses: {} };
}

/** `plaintext naked→web:8080`, `mtls client→svc/web:80 as spiffe://...`, `tls(expired, istio) naked→web:8080`; ` forging spiffe://...` at the end. */
export function attempt(text: string): Connection {
	const [, kind = '', options = '', path = '', identity, forgedIdentity] =
		/^(\w+)(?:\(([^)]*)\))? (\S+)(?: as (\S+))?(?: forging (\S+))?$/.exec(text) ?? [];
	const [certificate = 'valid', ...alpn] = options.split(/, */);
	const attempted: Attempted = {
		kind: kind as Attempted['kind'],
		...(kind === 'tls' && { tls: { certificate: certificate as CertificateChoice, alpn } }),
		...(identity !== undefined && { identity }),
		...(forgedIdentity !== undefined && { forgedIdentity }),
	};
	return { ...connection(path), attempted };
}
