import type { IpFamily, Protocol } from '../model/address.ts';
import type { KubernetesObject } from '../model/policy.ts';
import { matchesLabels } from '../policy/label-selector.ts';
import type { Labels, PodFacts, World } from '../policy/world.ts';
import { type PeerText } from './network-policy/peer-mutants.ts';
import { peersOf, namedPortsOf, subjectOfPolicy } from './policy-parts.ts';
import { labelsText, tellingLabels } from './satisfying-labels.ts';
import { tellingAddresses } from './telling-addresses.ts';

/** A world with pods, namespaces and endpoints outside that nobody declared, but who could tell two policies apart. */
export interface FurtherWorld {
	world: World;
	/** Their names. */
	pods: Set<string>;
	namespaces: Set<string>;
	external: Set<string>;
}

/** Rules of more peers than this are not gone through peer by peer. */
const mostPeers = 8;

const nameLabel = 'kubernetes.io/metadata.name';

/** `differing`: of the policies, what differs. `whole`: all of them, of which the peers are taken where they are few. */
export function furtherWorld(
	world: World,
	differing: readonly KubernetesObject[],
	whole: readonly KubernetesObject[],
): FurtherWorld {
	const further = new FurtherPods(world);
	further.addFor(differing, whole);
	return further.made;
}

/** Adds to a copy of a world, policy by policy. */
export class FurtherPods {
	readonly made: FurtherWorld;
	/** Of the policies asked for last: pods that tell what they say, also those that were there. */
	mentioned = new Set<string>();
	#namedPorts: PodFacts['namedPorts'] = [];
	#added = 0;
	readonly #most: number;
	readonly #known: Map<string, string>;

	/** `most`: pods that are added for one call. */
	constructor(world: World, most: number = 40) {
		this.#most = most;
		const copy = {
			...world,
			namespaces: { ...world.namespaces },
			pods: { ...world.pods },
			external: { ...world.external },
		};
		this.made = { world: copy, pods: new Set(), namespaces: new Set(), external: new Set() };
		this.#known = new Map(
			Object.entries(world.pods)
				.filter(([, pod]) => !pod.hostNetwork)
				.map(([name, pod]) => [`${pod.namespace} ${labelsText(pod.labels)}`, name]),
		);
	}

	/** As `furtherWorld`. */
	addFor(differing: readonly KubernetesObject[], whole: readonly KubernetesObject[]): void {
		this.mentioned = new Set();
		this.#added = 0;
		const { world } = this.made;
		this.#namedPorts = portsNamedBy(whole, world);
		for (const { metadata, spec } of differing) {
			const namespace = metadata.namespace ?? 'default';
			if (!world.namespaces[namespace]) continue;
			for (const labels of tellingLabels(subjectOfPolicy(spec))) this.addPod(namespace, labels);
			this.addPod(namespace, {});
		}
		for (const objects of [differing, whole]) {
			for (const object of objects) {
				const peers = peersOf(object);
				if (peers.length > mostPeers) continue;
				for (const peer of peers) this.addPeer(peer, object.metadata.namespace ?? 'default');
			}
		}
		for (const peer of differing.flatMap(peersOf).slice(0, mostPeers)) this.addPeer(peer, undefined);
	}

	addPod(namespace: string, labels: Labels): void {
		const key = `${namespace} ${labelsText(labels)}`;
		const there = this.#known.get(key);
		if (there !== undefined) this.mentioned.add(there);
		if (there !== undefined || this.#added >= this.#most) return;
		const { world } = this.made;
		const name = freeName([namespace, ...Object.values(labels)].join('-'), world.pods);
		const [example] = Object.values(world.pods).filter((pod) => pod.namespace === namespace);
		world.pods[name] = {
			...{ namespace, labels, hostNetwork: false, addresses: {} },
			namedPorts: this.#namedPorts,
			...(example?.mesh && { mesh: example.mesh }),
			...(example?.node !== undefined && { node: example.node }),
		};
		this.made.pods.add(name);
		this.mentioned.add(name);
		this.#known.set(key, name);
		this.#added += 1;
	}

	/** An endpoint outside, of which nothing is known. */
	addElsewhere(): void {
		// One that is declared has the addresses that it has.
		if (this.made.world.external['elsewhere']) return;
		this.made.world.external['elsewhere'] = { addresses: {} };
		this.made.external.add('elsewhere');
	}

	/** Pods that a peer tells apart; `namespace` undefined: only who is outside. */
	addPeer({ podSelector, namespaceSelector, ipBlock }: PeerText, namespace: string | undefined): void {
		if (ipBlock) {
			this.#addOutside(ipBlock);
			return;
		}
		if (namespace === undefined) return;
		const namespaces = namespaceSelector
			? this.#namespacesTold(namespaceSelector)
			: [namespace, ...this.#others(namespace)];
		for (const place of namespaces) {
			for (const labels of podSelector ? tellingLabels(podSelector) : [{}]) this.addPod(place, labels);
		}
	}

	/** A declared or a further namespace for each set of labels that the selector tells apart. */
	#namespacesTold(selector: Record<string, unknown>): string[] {
		const { namespaces } = this.made.world;
		const names = new Set<string>();
		for (const labels of tellingLabels(selector)) {
			const wanted = labels[nameLabel];
			const declared = Object.entries(namespaces).find(
				([name, facts]) =>
					labelsText({ ...facts.labels, [nameLabel]: name }) === labelsText({ [nameLabel]: name, ...labels }),
			)?.[0];
			names.add(declared ?? this.#addNamespace(wanted, labels));
		}
		for (const [name, facts] of Object.entries(namespaces)) {
			if (!facts.foreign && matchesLabels(selector, { ...facts.labels, [nameLabel]: name })) names.add(name);
		}
		return [...names];
	}

	#addNamespace(wanted: string | undefined, { [nameLabel]: _, ...labels }: Labels): string {
		const { namespaces } = this.made.world;
		const same = [...this.made.namespaces].find(
			(one) => wanted === undefined && labelsText(namespaces[one]?.labels ?? {}) === labelsText(labels),
		);
		if (same !== undefined) return same;
		const name =
			wanted !== undefined && !namespaces[wanted]
				? wanted
				: freeName(['further', ...Object.values(labels)].join('-'), namespaces);
		namespaces[name] = { labels };
		this.made.namespaces.add(name);
		return name;
	}

	#others(namespace: string): string[] {
		const others = Object.entries(this.made.world.namespaces).filter(
			([name, { foreign }]) => name !== namespace && !foreign,
		);
		const [first] = others;
		// Those that are there may be allowed by other peers.
		return [...(first ? [first[0]] : []), this.#addNamespace(undefined, {})];
	}

	#addOutside(block: { cidr: string; except?: string[] }): void {
		const { external } = this.made.world;
		const add = (name: string, addresses: World['external'][string]['addresses']): void => {
			external[name] = { addresses };
			this.made.external.add(name);
		};
		this.addElsewhere();
		for (const { family, address } of tellingAddresses(block)) {
			const name = `at-${address.replaceAll(/[.:]+/g, '-').replaceAll(/^-|-$/g, '')}`;
			if (!external[name]) add(name, { ...this.#nowhere(), [family]: { exact: address } });
		}
	}

	/**
	 * What an endpoint has in the family that is not the point: two endpoints can't have one address. From ranges that nobody
	 * uses outside laboratories and documentation (RFC 2544, RFC 3849).
	 */
	#nowhere(): Record<IpFamily, { exact: string }> {
		const { external } = this.made.world;
		const taken = new Set(Object.values(external).map(({ addresses }) => addresses.ipv4?.exact));
		let number = Object.keys(external).length;
		const address = (): string => `198.18.${number >> 8}.${number & 255}`;
		while (taken.has(address())) number += 1;
		return { ipv4: { exact: address() }, ipv6: { exact: `2001:db8:0:99::${number.toString(16)}` } };
	}
}

/** As some pod has them; names that no pod has stand for numbers of their own. */
function portsNamedBy(policies: readonly KubernetesObject[], { pods }: World): PodFacts['namedPorts'] {
	const known = Object.values(pods).flatMap(({ namedPorts }) => namedPorts);
	const ports: PodFacts['namedPorts'][number][] = [];
	const isTaken = (port: number, protocol: Protocol): boolean =>
		ports.some((one) => one.port === port && one.protocol === protocol);
	for (const [name, protocol] of policies.flatMap((object) => [...namedPortsOf(object)])) {
		if (ports.some((one) => one.name === name)) continue;
		const there = known.find((one) => one.name === name);
		let number = 8080;
		while (isTaken(number, protocol)) number += 1;
		if (!there) ports.push({ name, port: number, protocol });
		else if (!isTaken(there.port, there.protocol)) ports.push(there);
	}
	return ports;
}

function freeName(wanted: string, taken: Readonly<Record<string, unknown>>): string {
	const name = wanted
		.toLowerCase()
		.replaceAll(/[^a-z0-9-]+/g, '-')
		.replaceAll(/-+/g, '-')
		.slice(0, 50)
		.replaceAll(/^-|-$/g, '');
	if (!taken[name]) return name;
	for (let number = 2; ; number += 1) if (!taken[`${name}-${number}`]) return `${name}-${number}`;
}
