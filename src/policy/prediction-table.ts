import type { IpFamily, Protocol } from '../model/address.ts';
import type { Prediction } from '../model/plan.ts';
import { wordOf } from './describe-side.ts';
import { evaluate } from './evaluate.ts';
import { holdsPort } from './match-ports.ts';
import type { NetworkPolicy, PeerSpec, Rule } from './network-policy.ts';
import { isInMesh } from './mesh/evaluate-mesh.ts';
import { placeOfPod } from './place.ts';
import { PodSet } from './pod-set.ts';
import type { Direction, Party, PolicyIndex } from './policy-index.ts';
import { allOf, type Truth } from './truth.ts';
import { whyUnpredictable } from './unmodelled.ts';

/** What the policies' text implies for every pair of pods on one port, protocol and family. */
export interface PredictionTable {
	/** In the order of the world. */
	pods: readonly string[];
	/** @throws Error when one of the names is not among `pods`. */
	verdict(from: string, to: string): Prediction['verdict'];
}

/** For one pod and direction: the pods on the other end for which it is so. Whoever is in none of them is shut out. */
type Row = Record<'yes' | 'open' | 'unknown', PodSet>;

/**
 * The same as `evaluate` for each pair, by sets: pods that the same policies select share a row, and each peer is
 * matched with each pod once. What sets can't say (a pod and itself, hostNetwork, sidecars, security groups) is evaluated pair by pair.
 */
export function predictionTable(
	index: PolicyIndex,
	port: number,
	protocol: Protocol,
	family: IpFamily,
): PredictionTable {
	const builder = new RowBuilder(index, port, protocol, family);
	const pods = builder.names;
	const numbers = new Map(pods.map((name, number) => [name, number]));
	const egress = pods.map((_, number) => builder.row('egress', number));
	const ingress = pods.map((_, number) => builder.row('ingress', number));
	const numberOf = (name: string): number => {
		const number = numbers.get(name);
		if (number === undefined) throw new Error(`there is no pod ${name} in this table`);
		return number;
	};
	return {
		pods,
		verdict: (from, to) => {
			const [client, server] = [numberOf(from), numberOf(to)];
			if (client === server || builder.isSpecial(client) || builder.isSpecial(server)) {
				const ends = { from: { kind: 'pod', name: from }, to: { kind: 'pod', name: to } } as const;
				return evaluate(index, { ...ends, port, protocol, family }).prediction.verdict;
			}
			return wordOf(allOf([truthIn(egress[client], server), truthIn(ingress[server], client)]));
		},
	};
}

function truthIn(row: Row | undefined, pod: number): Truth {
	if (!row) throw new Error('a table has a row for each of its pods');
	if (row.yes.has(pod)) return 'yes';
	if (row.unknown.has(pod)) return 'unknown';
	return row.open.has(pod) ? 'open' : 'no';
}

class RowBuilder {
	readonly names: readonly string[];
	readonly #index: PolicyIndex;
	readonly #port: number;
	readonly #protocol: Protocol;
	readonly #family: IpFamily;
	readonly #parties: (Party & { pod: NonNullable<Party['pod']> })[];
	readonly #policies = new Map<NetworkPolicy, number>();
	readonly #rows = new Map<string, Row>();
	readonly #peers = new Map<string, Row>();

	constructor(index: PolicyIndex, port: number, protocol: Protocol, family: IpFamily) {
		this.#index = index;
		this.#port = port;
		this.#protocol = protocol;
		this.#family = family;
		const entries = Object.entries(index.world.pods);
		this.names = entries.map(([name]) => name);
		this.#parties = entries.map(([name, pod]) => ({ pod, place: placeOfPod(name, pod, index.world, family) }));
	}

	isSpecial(number: number): boolean {
		const pod = this.#parties[number]?.pod;
		if (!pod) return false;
		return pod.hostNetwork || isInMesh(pod, this.#index.world) || (pod.securityGroups ?? []).length > 0;
	}

	row(direction: Direction, number: number): Row {
		const pod = this.#parties[number]?.pod;
		if (!pod) throw new Error(`there is no pod number ${number}`);
		if (pod.ended || whyUnpredictable(pod, this.#index.others, this.#index.world) !== undefined) {
			return { ...this.#nobody(), unknown: this.#everybody() };
		}
		const policies = this.#index.selecting(pod, direction);
		if (policies.length === 0) return { ...this.#nobody(), yes: this.#everybody() };
		// Named ports are the destination's own: for ingress the row depends on them, too.
		const ports = direction === 'ingress' ? JSON.stringify(pod.namedPorts) : '';
		const key = `${direction} ${policies.map((policy) => this.#numberOf(policy)).join(' ')} ${ports}`;
		const known = this.#rows.get(key) ?? this.#rowOf(direction, policies, pod);
		this.#rows.set(key, known);
		return known;
	}

	#numberOf(policy: NetworkPolicy): number {
		const number = this.#policies.get(policy) ?? this.#policies.size;
		this.#policies.set(policy, number);
		return number;
	}

	#rowOf(direction: Direction, policies: readonly NetworkPolicy[], pod: Party['pod']): Row {
		const row = this.#nobody();
		for (const policy of policies) {
			for (const rule of policy[direction] ?? []) {
				const reached = direction === 'egress' ? this.#withPort(rule) : undefined;
				if (direction === 'ingress' && !holdsPort(rule.ports, this.#port, this.#protocol, pod)) continue;
				for (const peers of rule.peers?.map((peer) => this.#peer(peer, policy.namespace)) ?? [this.#all()]) {
					for (const truth of ['yes', 'open', 'unknown'] as const) row[truth].addAll(peers[truth], reached);
				}
			}
		}
		return row;
	}

	/** Pods on which this is one of the rule's ports. */
	#withPort({ ports }: Rule): PodSet {
		return this.#setOf(({ pod }) => holdsPort(ports, this.#port, this.#protocol, pod));
	}

	#peer({ podSelector, namespaceSelector, ipBlock }: PeerSpec, namespace: string): Row {
		const peer = { podSelector, namespaceSelector, ipBlock } as PeerSpec;
		const key = JSON.stringify([namespaceSelector ? '' : namespace, peer]);
		const known = this.#peers.get(key);
		if (known) return known;
		const row = this.#nobody();
		this.#parties.forEach((party, number) => {
			const truth = this.#index.matchesPeer(peer, namespace, party, this.#family);
			if (truth !== 'no') row[truth].add(number);
		});
		this.#peers.set(key, row);
		return row;
	}

	#all(): Row {
		return { ...this.#nobody(), yes: this.#everybody() };
	}

	#nobody(): Row {
		const size = this.names.length;
		return { yes: new PodSet(size), open: new PodSet(size), unknown: new PodSet(size) };
	}

	#everybody(): PodSet {
		return this.#setOf(() => true);
	}

	#setOf(has: (party: Party) => boolean): PodSet {
		return PodSet.of(this.names.length, (number) => {
			const party = this.#parties[number];
			return party !== undefined && has(party);
		});
	}
}
