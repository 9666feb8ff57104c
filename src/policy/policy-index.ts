import type { KubernetesObject } from '../model/policy.ts';
import type { IpFamily } from '../model/address.ts';
import { type LabelSelector, matchesLabels } from './label-selector.ts';
import { type Block, blockHolds, readIpBlock } from './match-block.ts';
import { isMeshObject } from './mesh/mesh-object.ts';
import { type MeshPolicies, readMeshPolicies } from './mesh/mesh-policies.ts';
import { isNetworkPolicy, type NetworkPolicy, type PeerSpec, readNetworkPolicy } from './network-policy.ts';
import type { Place } from './place.ts';
import { isSecurityGroupPolicy } from './security-groups/security-group-policy.ts';
import { type Truth, truthOf } from './truth.ts';
import type { Labels, PodFacts, World } from './world.ts';

export type Direction = 'ingress' | 'egress';

/** What a policy sees on the other end of a connection. */
export interface Party {
	/** Undefined: no pod, so that no selector matches it. */
	pod: PodFacts | undefined;
	place: Place;
}

/** Objects are never changed, and many sets of policies share most of theirs, so that each block is read once. */
const blocks = new WeakMap<NonNullable<PeerSpec['ipBlock']>, Block>();

function blockOf(text: NonNullable<PeerSpec['ipBlock']>): Block {
	const block = blocks.get(text) ?? readIpBlock(text);
	blocks.set(text, block);
	return block;
}

/** The policies of one moment, read and looked up by what they select. */
export class PolicyIndex {
	readonly world: World;
	/** Policies of kinds that aren't modelled. */
	readonly others: readonly KubernetesObject[];
	readonly mesh: MeshPolicies;
	readonly #byNamespace = new Map<string, NetworkPolicy[]>();
	readonly #selecting = new Map<PodFacts, Record<Direction, readonly NetworkPolicy[]>>();
	readonly #numbers: ReadonlyMap<NetworkPolicy, number>;
	readonly #sets = new Map<string, readonly NetworkPolicy[]>();
	/** Some peer is a range of addresses. */
	readonly hasBlocks: boolean;
	readonly #namespaceLabels = new Map<string, Labels>();

	/** `steps[i]`: number of the step in which `policies[i]` was created; default: each in one of its own. */
	constructor(policies: readonly KubernetesObject[], world: World, steps?: readonly number[]) {
		this.world = world;
		this.others = policies.filter(
			(object) => !isNetworkPolicy(object) && !isMeshObject(object) && !isSecurityGroupPolicy(object),
		);
		this.mesh = readMeshPolicies(policies, steps);
		const read = policies.filter(isNetworkPolicy).map(readNetworkPolicy);
		this.hasBlocks = read.some(hasBlocks);
		this.#numbers = new Map(read.map((policy, number) => [policy, number]));
		for (const policy of read) {
			const list = this.#byNamespace.get(policy.namespace) ?? [];
			list.push(policy);
			this.#byNamespace.set(policy.namespace, list);
		}
		for (const [name, { labels }] of Object.entries(world.namespaces)) {
			// Concepts page, "Targeting a Namespace by its name": the control plane sets this label on every namespace.
			this.#namespaceLabels.set(name, { ...labels, 'kubernetes.io/metadata.name': name });
		}
	}

	/** Policies that isolate this pod in this direction; the same list for each pod that the same ones isolate. */
	selecting(pod: PodFacts, direction: Direction): readonly NetworkPolicy[] {
		let found = this.#selecting.get(pod);
		if (!found) {
			const all = (this.#byNamespace.get(pod.namespace) ?? []).filter((policy) =>
				matchesLabels(policy.podSelector, pod.labels),
			);
			found = { ingress: this.#setOf(all, 'ingress'), egress: this.#setOf(all, 'egress') };
			this.#selecting.set(pod, found);
		}
		return found[direction];
	}

	#setOf(all: readonly NetworkPolicy[], direction: Direction): readonly NetworkPolicy[] {
		const isolating = all.filter((policy) => policy[direction]);
		const key = [direction, ...isolating.map((policy) => this.#numbers.get(policy))].join(' ');
		const known = this.#sets.get(key) ?? isolating;
		this.#sets.set(key, known);
		return known;
	}

	/** Whether a peer of a policy in `namespace` means this party. */
	matchesPeer(peer: PeerSpec, namespace: string, party: Party, family: IpFamily): Truth {
		if (!peer.ipBlock) return truthOf(party.pod !== undefined && this.selectsPeer(peer, namespace, party.pod));
		return blockHolds(blockOf(peer.ipBlock), party.place, this.world, family);
	}

	/** API reference, NetworkPolicyPeer: podSelector alone means the policy's own namespace; with both, both must match. */
	selectsPeer({ podSelector, namespaceSelector }: PeerSpec, namespace: string, pod: PodFacts): boolean {
		if (!podSelector && !namespaceSelector) return false;
		if (podSelector && !matchesLabels(podSelector, pod.labels)) return false;
		if (!namespaceSelector) return pod.namespace === namespace;
		return this.#inNamespace(namespaceSelector, pod.namespace);
	}

	#inNamespace(selector: LabelSelector, namespace: string): boolean {
		const labels = this.#namespaceLabels.get(namespace);
		return labels !== undefined && matchesLabels(selector, labels);
	}
}

function hasBlocks({ ingress = [], egress = [] }: NetworkPolicy): boolean {
	return [...ingress, ...egress].some(({ peers }) => peers?.some(({ ipBlock }) => ipBlock !== undefined));
}
