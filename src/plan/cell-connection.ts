import { clusterDnsName, nodeLocalDnsName } from '../model/cluster-dns.ts';
import { isTruncated } from '../model/dns.ts';
import type { Cell } from '../model/plan.ts';
import type { Attempted, Connection } from '../policy/world.ts';

export type Path = Pick<Cell, 'from' | 'to' | 'port' | 'protocol' | 'family'>;

/** Behind a headless Service a pod is dialled at its own address, as any other. */
export function addressed<P extends Path>({ from, to: target, port, protocol, family }: P): Connection {
	const { backend, ...to } = target;
	const path = { from, port, protocol, family };
	if (to.kind === 'clusterDns') return { ...path, to: clusterDnsEnd(to.name) };
	return backend === undefined ? { ...path, to } : { ...path, to: { kind: 'pod', name: backend }, behind: target.name };
}

/** The Service, the pod behind it, or the cache on the node. */
function clusterDnsEnd(name: string): Connection['to'] {
	if (name === '') return { kind: 'service', name: clusterDnsName };
	return { kind: 'pod', name: name === 'node-local' ? nodeLocalDnsName : clusterDnsName };
}

/** What a mesh can tell apart of the attempt; undefined: nothing is evaluated of its kind. */
export function attemptedBy({ kind, tls, first, identity, forgedIdentity }: Cell): Attempted | undefined {
	if (kind === 'dns') return undefined;
	const identities = {
		...(identity !== undefined && { identity }),
		...(forgedIdentity !== undefined && { forgedIdentity }),
	};
	return { kind, ...(tls && { tls }), ...(first && { first }), ...identities };
}

/** Of a forbidden path already the first query is too many. */
export function needsTcp({ query, expectation }: Cell): boolean {
	return query !== undefined && isTruncated(query) && expectation !== 'blocked';
}
