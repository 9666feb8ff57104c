import { parse } from 'yaml';
import type { KubernetesObject } from '../../src/model/policy.ts';
import type { Connection, PodFacts, World } from '../../src/policy/world.ts';

/** A NetworkPolicy from the YAML of its spec; `where`: `namespace/name`, or a name in shop. */
export function policy(spec: string, where = 'policy'): KubernetesObject {
	const [name = '', namespace = 'shop'] = where.split('/').reverse();
	return {
		...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
		...{ metadata: { name, namespace }, spec: parse(spec) as unknown },
	};
}

export function pod(namespace: string, labels: Record<string, string>, rest: Partial<PodFacts> = {}): PodFacts {
	return { namespace, labels, namedPorts: [], hostNetwork: false, addresses: {}, node: 'a', ...rest };
}

function addresses(last: number): PodFacts['addresses'] {
	return { ipv4: { exact: `10.244.1.${last}` }, ipv6: { exact: `fd00:10:244::${last}` } };
}

const dns = { name: 'dns', port: 53 } as const;

/** Two nodes, two namespaces with pods whose addresses are known, and somebody outside. */
export function smallWorld(): World {
	return {
		namespaces: { shop: { labels: { team: 'shop' } }, ops: { labels: { team: 'ops', env: 'prod' } } },
		pods: {
			web: pod(
				'shop',
				{ app: 'web', tier: 'front' },
				{ addresses: addresses(1), namedPorts: [{ name: 'http', port: 80, protocol: 'tcp' }] },
			),
			api: pod(
				'shop',
				{ app: 'api', tier: 'back' },
				{ addresses: addresses(2), namedPorts: [{ name: 'http', port: 8080, protocol: 'tcp' }] },
			),
			bare: pod('shop', {}, { addresses: addresses(3) }),
			admin: pod('ops', { app: 'admin', tier: 'front' }, { addresses: addresses(4) }),
			resolver: pod(
				'ops',
				{ app: 'dns' },
				{ addresses: addresses(5), namedPorts: [{ ...dns, protocol: 'udp' }], node: 'b' },
			),
			host: pod('ops', { app: 'host' }, { hostNetwork: true, node: 'b' }),
			'host-here': pod('ops', { app: 'host' }, { hostNetwork: true }),
		},
		nodes: {
			a: { addresses: { ipv4: { exact: '192.0.2.10' }, ipv6: { exact: '2001:db8:192::10' } } },
			b: { addresses: { ipv4: { exact: '192.0.2.11' }, ipv6: { exact: '2001:db8:192::11' } } },
		},
		external: {
			internet: { addresses: { ipv4: { exact: '203.0.113.7' }, ipv6: { exact: '2001:db8:113::7' } } },
			partner: { addresses: { ipv4: { exact: '198.51.100.9' } } },
		},
		services: {
			web: service('shop', { app: 'web' }, [{ port: 8000, targetPort: 'http', protocol: 'tcp' }]),
			fronts: service('shop', { tier: 'front' }, [{ port: 80, targetPort: 80, protocol: 'tcp' }]),
			all: service('shop', {}, [{ port: 80, targetPort: 80, protocol: 'tcp' }]),
		},
		ranges: {
			...{ podCIDRv4: '10.244.0.0/16', serviceCIDRv4: '10.96.0.0/16' },
			...{ podCIDRv6: 'fd00:10:244::/56', serviceCIDRv6: 'fd00:10:96::/112' },
		},
	};
}

function service(
	namespace: string,
	selector: Record<string, string>,
	ports: World['services'][string]['ports'],
): World['services'][string] {
	return { namespace, selector, ports, headless: false, addresses: {} };
}

/** `web→api:80`, `node/a→web:53/udp`, `web→svc/web:8000`, `web→api:80/tcp/ipv6`. */
export function connection(path: string): Connection {
	const [from = '', to = ''] = path.split('→');
	const [end = '', rest = ''] = to.split(/:(?=\d)/);
	const [port = '', protocol = 'tcp', family = 'ipv4'] = rest.split('/');
	return {
		...{ from: endpoint(from), to: endpoint(end), port: Number(port) },
		...{ protocol: protocol as Connection['protocol'], family: family as Connection['family'] },
	} as Connection;
}

function endpoint(text: string): { kind: string; name: string } {
	const [kind = '', name] = text.split('/');
	return name === undefined ? { kind: 'pod', name: kind } : { kind: kind === 'svc' ? 'service' : kind, name };
}
