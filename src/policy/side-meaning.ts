import { holdsPort } from './match-ports.ts';
import type { NetworkPolicy, PortSpec } from './network-policy.ts';
import { placeOfExternal, placeOfPod } from './place.ts';
import type { Direction, Party, PolicyIndex } from './policy-index.ts';
import { anyOf, type Truth } from './truth.ts';
import type { IpFamily, Protocol } from '../model/address.ts';
import type { PodFacts } from './world.ts';

/** What policies say at one end of a path of the other end, for every port at once. */
export interface SideMeaning {
	/** Of two meanings of one table: the same number, the same on every port. */
	id: number;
	isolated: boolean;
	/** Ports of the rules that mean the other end, by how sure that is; an entry undefined: every port. */
	lets: Record<Exclude<Truth, 'no'>, readonly (readonly PortSpec[] | undefined)[]>;
}

/** In the place of a list of ports. */
const everyPort = 'every port';

const surest = ['yes', 'unknown', 'open'] as const;

/** The verdict of `decideSide`. `destination`: the owner of named ports. */
export function truthAt(
	{ isolated, lets }: SideMeaning,
	port: number,
	protocol: Protocol,
	destination: PodFacts | undefined,
): Truth {
	if (!isolated) return 'yes';
	for (const truth of surest) {
		for (const specs of lets[truth]) if (holdsPort(specs, port, protocol, destination)) return truth;
	}
	return 'no';
}

/** Gives each meaning its number. */
export class MeaningTable {
	readonly #known = new Map<string, SideMeaning>();

	of(isolated: boolean, lets: Record<Exclude<Truth, 'no'>, Set<string>>): SideMeaning {
		const texts = surest.map((truth) => [...lets[truth]].sort());
		const key = isolated ? texts.map((ports) => ports.join(' ')).join('|') : 'not isolated';
		const known = this.#known.get(key);
		if (known) return known;
		const read = (ports: string[]) =>
			ports.map((text) => (text === everyPort ? undefined : (JSON.parse(text) as PortSpec[])));
		const [yes = [], unknown = [], open = []] = texts.map(read);
		const meaning = { id: this.#known.size, isolated, lets: { yes, unknown, open } };
		this.#known.set(key, meaning);
		return meaning;
	}
}

/** A pod, or an endpoint outside. */
interface OtherEnd {
	name: string;
	pod: PodFacts | undefined;
}

/** What one set of policies says, each pair of policies and other end looked at once. */
export class SideMeanings {
	readonly #index: PolicyIndex;
	readonly #table: MeaningTable;
	/** By the policies that select an end; those of one set are one list. */
	readonly #known = new Map<readonly NetworkPolicy[], Record<IpFamily, Map<PodFacts | string, SideMeaning>>>();
	readonly #portTexts = new Map<readonly PortSpec[], string>();

	constructor(index: PolicyIndex, table: MeaningTable) {
		this.#index = index;
		this.#table = table;
	}

	/** What policies say at `pod`. */
	of(direction: Direction, pod: PodFacts, other: OtherEnd, family: IpFamily): SideMeaning {
		const policies = this.#index.selecting(pod, direction);
		let known = this.#known.get(policies);
		if (!known) this.#known.set(policies, (known = { ipv4: new Map(), ipv6: new Map() }));
		// Without ranges of addresses the families are the same to every rule.
		const slot = known[this.#index.hasBlocks ? family : 'ipv4'];
		const key = other.pod ?? other.name;
		let meaning = slot.get(key);
		if (!meaning) slot.set(key, (meaning = this.#read(direction, policies, this.#partyOf(other, family), family)));
		return meaning;
	}

	#partyOf({ name, pod }: OtherEnd, family: IpFamily): Party {
		const { world } = this.#index;
		return { pod, place: pod ? placeOfPod(name, pod, world, family) : placeOfExternal(name, world, family) };
	}

	#read(direction: Direction, policies: readonly NetworkPolicy[], other: Party, family: IpFamily): SideMeaning {
		const lets = { yes: new Set<string>(), open: new Set<string>(), unknown: new Set<string>() };
		for (const policy of policies) {
			for (const { peers, ports } of policy[direction] ?? []) {
				const truth = peers
					? anyOf(peers.map((peer) => this.#index.matchesPeer(peer, policy.namespace, other, family)))
					: 'yes';
				if (truth !== 'no') lets[truth].add(this.#textOf(ports));
			}
		}
		return this.#table.of(policies.length > 0, lets);
	}

	#textOf(ports: readonly PortSpec[] | undefined): string {
		if (!ports) return everyPort;
		const known = this.#portTexts.get(ports) ?? JSON.stringify(ports);
		this.#portTexts.set(ports, known);
		return known;
	}
}
