import { type IpFamily, ipFamilies } from '../model/address.ts';
import type { Deployment, Endpoint } from '../model/cluster.ts';
import type { Cell } from '../model/plan.ts';
import { dial } from './dial.ts';

/**
 * Between which pods it matters what can be read on the wire: those of `mtls` cells, which must not be readable, and of
 * `plaintext` cells, which must be. Undefined where there are none.
 */
export function wirePods(
	cells: readonly Cell[],
	deployment: Deployment,
): { pods: Endpoint[]; families: IpFamily[] } | undefined {
	const told = cells.filter(({ kind, skip }) => (kind === 'mtls' || kind === 'plaintext') && skip === undefined);
	const endpoints = deployment.endpoints();
	const uids = new Set<string>();
	for (const cell of told) {
		const dialled = dial(cell, deployment, endpoints);
		for (const uid of dialled ? [dialled.from.uid, ...dialled.targets] : []) uids.add(uid);
	}
	// What shares its node's network has no host side of its own.
	const pods = endpoints.filter(({ uid, kind, hostNetwork }) => uids.has(uid) && kind === 'pod' && !hostNetwork);
	const families = ipFamilies.filter((family) => told.some((cell) => cell.family === family));
	return pods.length === 0 ? undefined : { pods, families };
}
