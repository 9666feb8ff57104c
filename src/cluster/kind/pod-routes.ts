import { isIPv6 } from 'node:net';
import type { Addresses } from '../../model/address.ts';
import { command } from './command.ts';

/** Addresses of a container on the network of kind. */
export async function containerAddresses(container: string, signal: AbortSignal): Promise<Addresses> {
	const format = '{{with index .NetworkSettings.Networks "kind"}}{{.IPAddress}} {{.GlobalIPv6Address}}{{end}}';
	const asked = await command('docker', ['inspect', '--format', format, container], { signal, timeout: 10_000 });
	const [ipv4, ipv6] = asked.split(' ');
	return { ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }) };
}

export interface PodRoute {
	range: string;
	gateway: string;
}

/**
 * How a machine beyond the nodes reaches pods: each part of a pod range through the node that has it, as the nodes'
 * own routes say, and the rest through the first node. Through another node the packets would go one way only, and
 * that one would drop them as belonging to no connection.
 */
export async function podRoutes(nodes: readonly string[], ranges: string[], signal: AbortSignal): Promise<PodRoute[]> {
	const [first] = nodes;
	if (first === undefined) return [];
	const addresses = await Promise.all(nodes.map((node) => containerAddresses(node, signal)));
	const whole = ranges.flatMap((range) => {
		const gateway = isIPv6(range.split('/')[0] ?? '') ? addresses[0]?.ipv6 : addresses[0]?.ipv4;
		return gateway === undefined ? [] : [{ range, gateway }];
	});
	if (nodes.length === 1) return whole;
	const owners = new Set(addresses.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]));
	const tables = await Promise.all(nodes.map((node) => routesOf(node, signal)));
	return [...whole, ...tables.flat().filter(({ range, gateway }) => range.includes('/') && owners.has(gateway))];
}

async function routesOf(node: string, signal: AbortSignal): Promise<PodRoute[]> {
	const script = 'ip route show; ip -6 route show';
	const text = await command('docker', ['exec', node, 'sh', '-c', script], { signal, timeout: 10_000 });
	return text.split('\n').flatMap((line) => {
		const [, range, gateway] = /^(\S+) via (\S+) /.exec(line) ?? [];
		return range === undefined || gateway === undefined ? [] : [{ range, gateway }];
	});
}
