import type { Protocol } from '../../model/address.ts';
import { portKey } from '../../model/cluster.ts';
import type { ListenSpec } from '../../model/scenario.ts';

/**
 * Every port has a name, so that a Service can mean the declared port also where the real one differs (hostNetwork).
 * A name may have 15 characters (RFC 6335).
 */
export function containerPorts(listen: readonly ListenSpec[], portMap: Record<string, number>) {
	return listen.map(({ port, protocol, name }) => ({
		containerPort: portMap[portKey(port, protocol)] ?? port,
		protocol: protocol.toUpperCase(),
		name: name ?? portName(port, protocol),
	}));
}

export function portName(port: number, protocol: Protocol): string {
	return `gc-${protocol}-${port}`;
}
