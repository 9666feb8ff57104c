import { isIPv6 } from 'node:net';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { Addresses } from '../../model/address.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';

/** A node that runs probe pods; `symbol` is what scenarios call it. */
export interface ClusterNode {
	symbol: string;
	name: string;
	uid: string;
	addresses: Addresses;
	labels: Record<string, string>;
}

interface NodeObject extends KubeObject {
	spec?: { unschedulable?: boolean; taints?: { effect: string }[] };
	status?: {
		addresses?: { type: string; address: string }[];
		conditions?: { type: string; status: string }[];
	};
}

/** Schedulable nodes, sorted by name: a, b, c, ... */
export async function readNodes(client: KubeClient, signal?: AbortSignal): Promise<ClusterNode[]> {
	const all = await client.list<NodeObject>({ apiVersion: 'v1', kind: 'Node' }, {}, { signal });
	const usable = all.filter(isUsable).sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
	if (usable.length === 0) {
		throw new GatecrashError('GC_CLUSTER', 'The cluster has no node that is Ready and takes ordinary pods.');
	}
	return usable.map(({ metadata, status }, index) => ({
		symbol: symbolOf(index),
		name: metadata.name,
		uid: metadata.uid ?? metadata.name,
		addresses: addressesOf(
			(status?.addresses ?? []).filter(({ type }) => type === 'InternalIP').map(({ address }) => address),
		),
		labels: metadata.labels ?? {},
	}));
}

function isUsable({ spec, status }: NodeObject): boolean {
	const tainted = (spec?.taints ?? []).some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
	const ready = (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True');
	return spec?.unschedulable !== true && !tainted && ready;
}

/** The first of each family. */
export function addressesOf(all: readonly string[]): Addresses {
	const ipv4 = all.find((address) => !isIPv6(address));
	const ipv6 = all.find((address) => isIPv6(address));
	return { ...(ipv4 !== undefined && { ipv4 }), ...(ipv6 !== undefined && { ipv6 }) };
}

/** a to z, then aa, ab, ... */
function symbolOf(index: number): string {
	const last = String.fromCodePoint(97 + (index % 26));
	return index < 26 ? last : symbolOf(Math.floor(index / 26) - 1) + last;
}
