import { type Edit, type FieldPath, removing, setting, type Surroundings } from '../mutant.ts';
import { selectorMutants } from '../selector-mutants.ts';
import { ipBlockMutants } from './ip-block-mutants.ts';

export interface PeerText {
	podSelector?: Record<string, unknown>;
	namespaceSelector?: Record<string, unknown>;
	ipBlock?: { cidr: string; except?: string[] };
}

/** Of a rule's peers at `at`: each as a whole, by its fields, and two that a dash tells apart. */
export function peerMutants(peers: readonly PeerText[], at: FieldPath, around: Surroundings): Edit[] {
	if (peers.length === 0) return [];
	return [
		removing('any-peer', at),
		...peers.flatMap((peer, index) => [
			// Of a single peer the list is empty then, which is `any-peer`.
			...(peers.length > 1 ? [removing('drop-peer', [...at, index])] : []),
			...fieldsOf(peer, [...at, index], around),
			...(peer.podSelector && peer.namespaceSelector ? [split(peers, index, at)] : []),
			...(canJoin(peer, peers[index + 1]) ? [join(peers, index, at)] : []),
		]),
	];
}

function fieldsOf({ podSelector, namespaceSelector, ipBlock }: PeerText, at: FieldPath, around: Surroundings): Edit[] {
	if (ipBlock) return ipBlockMutants(ipBlock, [...at, 'ipBlock']);
	const edits: Edit[] = [];
	const both = podSelector !== undefined && namespaceSelector !== undefined;
	if (both) {
		edits.push(removing('forget-pod-selector', [...at, 'podSelector']));
		edits.push(removing('forget-namespace-selector', [...at, 'namespaceSelector']));
	}
	if (podSelector && !both) edits.push(setting('any-namespace', [...at, 'namespaceSelector'], {}));
	// Beside a namespace an empty podSelector means what a missing one means.
	edits.push(...selectorMutants(podSelector, [...at, 'podSelector'], around, !both));
	edits.push(...selectorMutants(namespaceSelector, [...at, 'namespaceSelector'], around));
	return edits;
}

function split(peers: readonly PeerText[], index: number, at: FieldPath): Edit {
	const { podSelector, namespaceSelector } = peers[index] ?? {};
	const list = peers.toSpliced(index, 1, { namespaceSelector } as PeerText, { podSelector } as PeerText);
	return { operator: 'and-to-or', field: [...at, index], steps: [{ set: at, value: list }] };
}

function canJoin(peer: PeerText, next: PeerText | undefined): boolean {
	if (!next) return false;
	const kinds = [peer, next].map(({ podSelector, namespaceSelector, ipBlock }) =>
		ipBlock || (podSelector && namespaceSelector) ? 'neither' : podSelector ? 'pod' : 'namespace',
	);
	return kinds.includes('pod') && kinds.includes('namespace');
}

function join(peers: readonly PeerText[], index: number, at: FieldPath): Edit {
	const list = peers.toSpliced(index, 2, { ...peers[index], ...peers[index + 1] });
	return { operator: 'or-to-and', field: [...at, index], steps: [{ set: at, value: list }] };
}
