import type { Protocol } from '../model/address.ts';
import type { ListenSpec, SourceRef, TargetRef } from '../model/scenario.ts';
import type { PodInput } from './schema.ts';

type ListenInput = NonNullable<PodInput['listen']>[number];

/** `80`, `80/tcp`, `{port: 80, ...}` spelled out. */
export function expandListen(item: ListenInput): ListenSpec {
	if (typeof item === 'object') {
		const protocol = item.protocol ?? (item.speaks === 'udp' || item.speaks === 'sctp' ? item.speaks : 'tcp');
		const spoken = { port: item.port, protocol, name: item.name, speaks: item.speaks ?? protocol };
		return item.first === 'server' ? { ...spoken, first: 'server' } : spoken;
	}
	const { port, protocol = 'tcp' } = parsePort(String(item));
	return { port: Number(port), protocol, name: undefined, speaks: protocol };
}

/** `80`, `80/udp`, `http`; a number stays text only when it is the name of a port. */
export function parsePort(text: string): { port: number | string; protocol: Protocol | undefined } {
	const [port = '', protocol] = text.split('/');
	return { port: /^\d+$/.test(port) ? Number(port) : port, protocol: protocol as Protocol | undefined };
}

const targetKinds: Record<string, TargetRef['kind']> = {
	svc: 'service',
	node: 'node',
	nodePort: 'nodePort',
	loadBalancer: 'loadBalancer',
	external: 'external',
};

/** A text that matches `targetPattern`. */
export function parseTarget(text: string): TargetRef {
	if (text === 'apiserver' || text === 'kubelet') {
		return { kind: text, name: '', port: undefined, protocol: undefined };
	}
	const colon = text.indexOf(':');
	const place = colon < 0 ? text : text.slice(0, colon);
	const slash = place.indexOf('/');
	if (place === 'metadata' || place.startsWith('metadata/'))
		return { kind: 'metadata', name: place.slice(9), ...portsOf(text, colon) };
	const kind = slash < 0 ? 'pod' : (targetKinds[place.slice(0, slash)] ?? 'pod');
	return { kind, name: place.slice(slash + 1), ...portsOf(text, colon) };
}

/** The resolver of a DNS query: a text that matches `viaPattern`. */
export function parseVia(text: string): TargetRef {
	const colon = text.indexOf(':');
	const place = colon < 0 ? text : text.slice(0, colon);
	if (place !== 'cluster' && !place.startsWith('cluster/')) return parseTarget(text);
	return { kind: 'clusterDns', name: place.slice('cluster/'.length), ...portsOf(text, colon) };
}

function portsOf(text: string, colon: number): Pick<TargetRef, 'port' | 'protocol'> {
	return colon < 0 ? { port: undefined, protocol: undefined } : parsePort(text.slice(colon + 1));
}

/** A text that matches `sourcePattern`, other than `all`. */
export function parseSource(text: string): SourceRef {
	const slash = text.indexOf('/');
	const kind = slash < 0 ? 'pod' : text.startsWith('node/') ? 'node' : 'external';
	return { kind, name: text.slice(slash + 1) };
}

export function listOf<T>(value: T | T[] | undefined): T[] {
	if (value === undefined) return [];
	return Array.isArray(value) ? value : [value];
}
